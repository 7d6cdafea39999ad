import { auditService } from '@inland/audit';
import { authService } from '@inland/auth';
import { maskingService } from '@inland/masking-service';
import { policyService } from '@inland/policy';
import { proxyService } from '@inland/proxy';
import { recorderService } from '@inland/recorder';
import type { ServiceDefinition } from '@inland/service-host';

/** Every service, in the order of starting: who is known, then what is allowed, then what happened, then the door. */
export const allServices: readonly ServiceDefinition[] = [
  authService,
  policyService,
  maskingService,
  recorderService,
  auditService,
  proxyService,
];
