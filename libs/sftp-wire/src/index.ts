export { openFlag, packetType, statusCode } from './packet-type.ts';
export {
  initRequest,
  lstatRequest,
  readReply,
  realpathRequest,
  statusReply,
  withKnownExtensions,
  type SftpReply,
} from './replies.ts';
export { knownExtensions, readRequest, type SftpRequest } from './requests.ts';
export { SftpDecoder, type SftpPacket } from './sftp-decoder.ts';
