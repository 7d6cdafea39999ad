import { Protocol } from '@inland/events';
import type { AttemptRequest, Identity } from './gateway.ts';
import type { RequestedName } from './requested-name.ts';

const protocols = { ssh: Protocol.SSH, postgres: Protocol.POSTGRES } as const;

/** The first event of a session, as far as it is about who came. */
export function attemptedData(
  { identity, client, protocol, requestedName }: AttemptRequest,
  name: RequestedName | undefined,
  gateway: { readonly region: string; readonly replica: string },
): object {
  return {
    protocol: protocols[protocol],
    requestedName: requestedName.slice(0, 256),
    login: name?.login ?? '',
    target: name?.target ?? '',
    clientAddress: client.address,
    clientPort: client.port,
    clientSoftware: client.software.slice(0, 256),
    peerAddress: client.peer ?? '',
    ...provenFields(identity),
    authenticationMethod: identity.method,
    credentialId: identity.credentialId,
    gatewayRegion: gateway.region,
    replica: gateway.replica,
  };
}

function provenFields(identity: Identity): object {
  if (identity.kind === 'unproven') return {};
  return { subject: identity.subject, groups: [...identity.groups], identityProvider: identity.identityProvider };
}
