import { runServiceProcess } from '@inland/service-host';
import { proxyService } from './proxy-service.ts';

await runServiceProcess(proxyService);
