export { readScpCommand, type ScpCommand } from './scp-command.ts';
export { readScpMessage, scpDone, scpError, scpLineBytesMax, type ScpMessage } from './scp-message.ts';
