export { TerminalLine, type LineSource, type TerminalLineOptions, type TypedPiece } from './terminal-line.ts';
