import { runServiceProcess } from '@inland/service-host';
import { auditService } from './audit-service.ts';

await runServiceProcess(auditService);
