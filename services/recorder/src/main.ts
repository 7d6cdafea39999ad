import { runServiceProcess } from '@inland/service-host';
import { recorderService } from './recorder-service.ts';

await runServiceProcess(recorderService);
