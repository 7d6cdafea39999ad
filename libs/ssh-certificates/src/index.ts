export { certificateFault, type CertificateFault } from './certificate-fault.ts';
export { issueCertificate, type CertificateRequest, type IssuedCertificate } from './issue-certificate.ts';
export { ed25519Blob, publicKeyOf, signatureHolds } from './public-keys.ts';
export { optionText, readCertificate, type SshCertificate } from './ssh-certificate.ts';
