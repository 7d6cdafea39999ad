import { isKnown } from './marks.ts';
import type { Call } from './program.ts';
import { hostAndPort, placeOf } from './urls.ts';

/** `NAME=value`. */
export function assignment(word: string): { readonly name: string; readonly value: string } | undefined {
  const found = /^([A-Za-z_]\w*)\+?=([^]*)$/.exec(word);
  return found === null ? undefined : { name: found[1] ?? '', value: found[2] ?? '' };
}

const proxy = /^(https?|all|ftp|rsync|socks|no)_proxy$/i;
const endpoint =
  /^(AWS_ENDPOINT_URL(_\w+)?|DOCKER_HOST|KUBERNETES_MASTER|PGHOST|PGHOSTADDR|MYSQL_HOST|S3_ENDPOINT|VAULT_ADDR|CONSUL_HTTP_ADDR|NOMAD_ADDR|ETCDCTL_ENDPOINTS|npm_config_registry|PIP_INDEX_URL|GOPROXY)$/;
/** Values that are run by a shell. */
const commands =
  /^(PROMPT_COMMAND|GIT_SSH_COMMAND|GIT_SSH|GIT_PROXY_COMMAND|GIT_EXTERNAL_DIFF|GIT_ASKPASS|SSH_ASKPASS|EDITOR|VISUAL|PAGER|GIT_PAGER|GIT_EDITOR|MANPAGER|SYSTEMD_PAGER|AWS_PAGER|LESSOPEN|LESSCLOSE|BROWSER|RSYNC_RSH|CVS_RSH|TAR_OPTIONS_COMMAND|PSQL_PAGER|PSQL_EDITOR|FCEDIT|SUDO_ASKPASS)$/;
/** What makes programs load code. */
const loads =
  /^(LD_(PRELOAD|LIBRARY_PATH|AUDIT)|BASH_ENV|ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS0|PS4|PERL5(OPT|LIB|DB)|PYTHON(STARTUP|PATH|HOME)|NODE_OPTIONS|RUBYOPT|JAVA_TOOL_OPTIONS|TAR_OPTIONS|BASH_LOADABLES_PATH|GCONV_PATH|OPENSSL_CONF|OPENSSL_ENGINES|VIMINIT|EXINIT|MAILCAPS|SHELL)$/;
/** Where programs find out where to lead to. */
const configures =
  /^(HOME|PWD|OLDPWD|USER|LOGNAME|HOSTNAME|XDG_CONFIG_HOME|KUBECONFIG|CURL_HOME|WGETRC|AWS_CONFIG_FILE|AWS_SHARED_CREDENTIALS_FILE|BOTO_CONFIG|CLOUDSDK_CONFIG|RCLONE_CONFIG\w*|DOCKER_CONFIG|DOCKER_CONTEXT|GIT_CONFIG\w*|GIT_DIR|PGSERVICE(FILE)?|PGSYSCONFDIR|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS|NETRC|SSH_CONFIG|HISTFILE|LDAPCONF|LDAPURI)$/;
const trusted = /^(\/usr(\/local)?(\/go)?|\/snap|\/opt\/[\w.-]+)?\/s?bin$|^\/usr\/games$/;

/** What setting a variable of the environment means for programs that run later. */
export function settingOf(name: string, value: string, { findings, shell }: Call): void {
  if (proxy.test(name) && !/^no_/i.test(name)) {
    if (value !== '') findings.host(placeOf(value).host, name, { port: placeOf(value).port });
  } else if (endpoint.test(name)) endpointOf(name, value, findings);
  else if (commands.test(name)) {
    if (value !== '') shell(value);
  } else if (loads.test(name)) {
    if (value !== '' && !(name === 'SHELL' && /^\/(usr\/)?bin\/\w+$/.test(value)))
      findings.unproven('program_from_data');
  } else if (/^PS[12]$/.test(name)) {
    if (/\$\(|`/.test(value)) shell(`: "${value}"`);
  } else if (configures.test(name)) findings.unproven('destination_from_data');
  else if (name === 'PATH' && !value.split(':').every((part) => trusted.test(part) || /^[\uE000\uE001]$/.test(part)))
    findings.unproven('program_from_data');
}

function endpointOf(name: string, value: string, findings: Call['findings']): void {
  if (/^(unix:|\/)/.test(value) || value === '') return;
  for (const one of value.split(',')) {
    if (/^(direct|off)$/.test(one)) continue;
    const { host, port } = /:\/\//.test(one) || !isKnown(one) ? placeOf(one) : hostAndPort(one);
    findings.host(host, name, { port });
  }
}
