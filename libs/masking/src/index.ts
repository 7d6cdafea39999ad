export { detectorNames, type DetectorName } from './detectors.ts';
export { StreamMasker } from './stream-masker.ts';
export { ValueMasker, type Masked } from './value-masker.ts';
