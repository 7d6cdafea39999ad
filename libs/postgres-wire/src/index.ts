export { serverEndPoint, type ChannelBinding } from './channel-binding.ts';
export { messageBytesMax, passwordBytesMax, startupBytesMax } from './wire-limits.ts';
export { BackendDecoder, bodyOffset, FrontendDecoder, type WireMessage, type WireRun } from './message-decoder.ts';
export { decodeStartup, type StartupPacket } from './startup.ts';
export {
  readBind,
  readExecute,
  readFunctionId,
  readNamed,
  readParse,
  readText,
  type BindFields,
  type ParseFields,
} from './frontend-messages.ts';
export {
  formatOf,
  readAuthentication,
  readBackendKey,
  readCommandTag,
  readCopyFormat,
  readFields,
  readParameterStatus,
  readRowDescription,
  readTransactionStatus,
  withFormats,
  type AuthenticationRequest,
  type Column,
} from './backend-messages.ts';
export {
  authenticationCleartextPassword,
  authenticationOk,
  backendKeyData,
  encryptionAccepted,
  encryptionRefused,
  errorResponse,
  minorVersionMax,
  negotiateProtocolVersion,
  noticeResponse,
  readyForQuery,
  type ErrorFields,
} from './server-writers.ts';
export {
  cancelRequest,
  parse,
  passwordMessage,
  query,
  saslInitialResponse,
  saslResponse,
  sslRequest,
  startupMessage,
  terminate,
} from './client-writers.ts';
export { ScramClient } from './scram-client.ts';
export { columnMask, maskDataRow, type ColumnMask, type MaskedMessage } from './mask-data-row.ts';
export { maskRun } from './mask-run.ts';
export type { ValueMask } from './mask-value.ts';
export { maskCopyData, maskFields, maskFunctionResult, maskNotification } from './mask-text-messages.ts';
