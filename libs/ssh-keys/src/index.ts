export { newSshKeyPair, type SshKeyPair } from './new-ssh-key-pair.ts';
