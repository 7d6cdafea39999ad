export { openLocalCa, type IssuedCertificate, type LocalCa } from './local-ca.ts';
