export {
  emptyDirectory,
  evolveDirectory,
  principalBySshKey,
  principalBySubject,
  type Directory,
  type Principal,
} from './directory.ts';
export {
  mintToken,
  verifyToken,
  type MintedToken,
  type MintOptions,
  type TokenAudience,
  type TokenProof,
} from './tokens.ts';
