export { maskingConfigSchema, maskingService } from './masking-service.ts';
