import type { ServiceDefinition } from '@inland/service-host';
import { z } from 'zod';
import { MaskingController } from './masking.controller.ts';

/** The section `services.masking` of inland.yaml. */
export const maskingConfigSchema = z.strictObject({});

class MaskingModule {}

/** The masking service: what may be seen, and how it looks. */
export const maskingService: ServiceDefinition<z.output<typeof maskingConfigSchema>> = {
  name: 'masking',
  configSchema: maskingConfigSchema,
  create: async () => ({
    modules: [{ module: MaskingModule, controllers: [MaskingController] }],
    ready: async () => ({ ok: true }),
    close: async () => undefined,
  }),
};
