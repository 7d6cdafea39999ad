import { runServiceProcess } from '@inland/service-host';
import { policyService } from './policy-service.ts';

await runServiceProcess(policyService);
