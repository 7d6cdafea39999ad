import { runServiceProcess } from '@inland/service-host';
import { maskingService } from './masking-service.ts';

await runServiceProcess(maskingService);
