import { z } from 'zod';

/** The section `services.recorder` of inland.yaml. */
export const recorderConfigSchema = z.strictObject({
  /** Milliseconds between two looks at what can be sealed. */
  sealMillis: z.int().min(50).default(500),
  /** Milliseconds between two looks at which proxies are lost. */
  sweepMillis: z.int().min(100).default(2_000),
  /** A proxy that has not shown itself for so long is lost; longer than the ten seconds after which it stops itself. */
  graceMillis: z.int().min(11_000).default(15_000),
  /** The same, for proxies that were not there when this recorder started. 0 only where no other process can be. */
  startGraceMillis: z.int().min(0).default(15_000),
});

export type RecorderConfig = z.output<typeof recorderConfigSchema>;
