import { runServiceProcess } from '@inland/service-host';
import { authService } from './auth-service.ts';

await runServiceProcess(authService);
