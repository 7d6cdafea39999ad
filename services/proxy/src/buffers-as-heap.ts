import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 count the memory of buffers towards the same limit as its heap. It would else collect the whole heap after every 32 MiB
 * or so that passed through, dead or not: a quarter of the time of a bulk transfer. Once for a process; what is alive is
 * bounded as before, by windows and queues.
 */
export function countBuffersAsHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
