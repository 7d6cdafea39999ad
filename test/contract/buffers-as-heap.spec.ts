import { describe, expect, it } from '@jest/globals';
import { run } from '../e2e/world/run-process.ts';

const module = new URL('../../services/proxy/src/buffers-as-heap.ts', import.meta.url).href;

/** 2 GiB pass through in buffers of 64 KiB; says how often the whole heap was collected, and the memory at its highest. */
const program = `
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { countBuffersAsHeap } from 'MODULE';
if (process.argv[1] === 'counted') countBuffersAsHeap();
let whole = 0;
const observer = new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind & constants.NODE_PERFORMANCE_GC_MAJOR) whole += 1;
});
observer.observe({ entryTypes: ['gc'] });
const kept = Array.from({ length: 200_000 }, (_, index) => ({ index }));
let peak = 0;
for (let count = 0; count < 32_768; count += 1) {
  Buffer.allocUnsafe(65_536)[0] = count;
  if (count % 64 === 0) await new Promise(setImmediate);
  if (count % 64 === 0) peak = Math.max(peak, process.memoryUsage.rss());
}
await new Promise(setImmediate);
console.log(JSON.stringify({ whole, peak, kept: kept.length }));
`;

async function figures(how: 'counted' | 'plain'): Promise<{ readonly whole: number; readonly peak: number }> {
  const ran = await run(process.execPath, ['--input-type=module', '-e', program.replace('MODULE', module), how]);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(ran.stdout) as { readonly whole: number; readonly peak: number };
}

describe('counting buffers as heap', () => {
  it('has the whole heap collected much less often, in little more memory', async () => {
    const [counted, plain] = [await figures('counted'), await figures('plain')];
    expect(counted.whole).toBeLessThan(plain.whole / 2);
    expect(counted.peak).toBeLessThan(plain.peak + 100e6);
  }, 60_000);
});
