import type { Findings } from './findings.ts';

/** Files that a shell, a daemon or a program reads or runs later, and folders of programs. */
const runs =
  /(^|\/)(\.(bash|z|k)(rc|_profile|_login|_logout|env|profile|login|logout)|\.profile|\.ssh\/(rc|authorized_keys)|\.git\/hooks\/[^/]*|\.vimrc|\.inputrc)$|^\/etc\/(cron|profile|bash|ld\.so|systemd|init|rc|sudoers|environment|pam)|^\/var\/spool\/cron|^(\/usr(\/local)?)?\/(s?bin|lib(64|exec)?)\/|^\/usr\/bin$|^\/opt\/[^/]+\/bin\//;
/** Files that say where programs lead to. */
const leads =
  /(^|\/)(\.gitconfig|\.git\/config|\.curlrc|\.wgetrc|\.netrc|\.npmrc|\.s3cfg|\.boto|\.pg_service\.conf|\.ssh\/config|\.aws\/(config|credentials)|\.kube\/config|\.docker\/config\.json|rclone\.conf)$|^\/etc\/(hosts|resolv\.conf|nsswitch\.conf|ssh\/|aliases|environment)/;

/** A file is written: what it then makes of later lines is not read here. */
export function written(file: string, findings: Findings): void {
  if (runs.test(file)) findings.unproven('program_from_data');
  if (leads.test(file)) findings.unproven('destination_from_data');
}
