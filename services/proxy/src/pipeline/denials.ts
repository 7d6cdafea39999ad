import type { Denial } from './gateway.ts';

/** Reasons of the gateway itself; those of policy come from the decision. The words are for the person. */
const messages = {
  record_unavailable: 'the record cannot be kept right now, so nothing may pass; try again in a moment.',
  target_name_malformed: 'the user name must be login@target, such as deploy@build-eu. `inland targets` lists yours.',
  credential_unknown: 'nobody is known by this key. Ask your platform team to enrol it, or offer another key.',
  credential_missing: 'no credential was shown. Use your enrolled SSH key, or a token from `inland token`.',
  credential_expired: 'this token has expired. Get a new one with `inland token`.',
  credential_invalid: 'this token is not one of ours, or is damaged. Get a new one with `inland token`.',
  credential_revoked: 'this credential was revoked. Ask your platform team, or get a new one with `inland token`.',
  credential_other_target: 'this token was made for another target. Get one for this target with `inland token`.',
  certificate_expired: 'this certificate has expired. Get a new one from whoever signs yours.',
  certificate_not_yet_valid: 'this certificate is not valid yet. Check your clock, or wait until it is.',
  certificate_invalid:
    'this certificate is no user certificate of the authority that it names, or is for several people.',
  certificate_option_unknown:
    'this certificate has a critical option that the gateway does not know. Get one without it from whoever signs yours.',
  certificate_elsewhere: 'this certificate is not good from the address that you come from.',
  target_secret_missing:
    'the gateway has no credential for this login of the target; your platform team must put it there.',
  command_too_long: 'the command is longer than the gateway can judge. Send it in smaller pieces.',
  line_unknown:
    'the gateway cannot tell what this line would run. Type it again, and press Enter when all of it is shown.',
  replica_isolated:
    'this gateway lost touch with the others and stopped, so that the record stays true. Connect again.',
  gateway_stopping: 'this gateway is being stopped. Connect again to reach another.',
  credential_gone:
    'what you came in with is not good any more: it was revoked, or taken from you. Connect again to go on.',
  approval_used: 'the approval was good for one session, and another has it. Ask for a new one with `inland request`.',
  rules_changed: 'the rules for this access were changed while it ran. Connect again to go on under the new ones.',
  session_time_over: 'the time that the rule allows for a session is over. Connect again to go on.',
  session_idle_over: 'nothing happened for as long as the rule allows. Connect again to go on.',
} as const;

export type GatewayReason = keyof typeof messages;

export function gatewayDenial(code: GatewayReason, requestId: string, rule = ''): Denial {
  return { code, rule, message: messages[code], requestId };
}

export function isGatewayReason(code: string): code is GatewayReason {
  return code in messages;
}
