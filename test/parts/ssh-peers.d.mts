export function installSshPeers(): void;
/** The program ssh-audit, and a server made with Go's x/crypto/ssh. */
export function sshPeers(): { readonly audit: string; readonly goServer: string };
