import { connectionHosts, urlHost, type SqlDestination } from './outward-places.ts';
import { constantText, nodesOf, type Fields } from './tree.ts';

/** Where a statement leads by its options, and the lines of shell that it would have the server run. */
export interface OutwardStatement {
  readonly destinations: readonly SqlDestination[];
  readonly programs: readonly string[];
  readonly proven: boolean;
}

const nothing: OutwardStatement = { destinations: [], programs: [], proven: true };

/** What the options of foreign servers and tables call the place, in the wrappers that are in use. */
const hostOptions = /^(host|hostaddr|server|servername|svr_host|address|dbserver)$/;
const urlOptions = /^(url|uri|endpoint|endpoint_url|base_url|api_url|svr_url|location|connstr)$/;

/** Undefined: a statement of this type leads nowhere by itself. */
export function outwardStatement(type: string, fields: Fields): OutwardStatement | undefined {
  switch (type) {
    case 'CreateForeignServerStmt':
      return byOptions(fields['options'], 'CREATE SERVER');
    case 'AlterForeignServerStmt':
      return byOptions(fields['options'], 'ALTER SERVER');
    case 'CreateForeignTableStmt':
      return foreignTable(fields);
    case 'CreateSubscriptionStmt':
      return byConnection(fields['conninfo'], 'CREATE SUBSCRIPTION');
    case 'AlterSubscriptionStmt':
      return 'conninfo' in fields ? byConnection(fields['conninfo'], 'ALTER SUBSCRIPTION') : undefined;
    case 'CopyStmt':
      return fields['is_program'] === true ? { ...nothing, programs: [String(fields['filename'] ?? '')] } : undefined;
    default:
      return undefined;
  }
}

function byConnection(text: unknown, via: string): OutwardStatement {
  const hosts = typeof text === 'string' ? connectionHosts(text) : null;
  return hosts === null ? { ...nothing, proven: false } : { ...nothing, destinations: asHosts(hosts, via) };
}

function asHosts(hosts: readonly string[], via: string): readonly SqlDestination[] {
  return hosts.map((host) => ({ host, via, kind: 'host' }));
}

function byOptions(options: unknown, via: string): OutwardStatement {
  const hosts: string[] = [];
  let proven = true;
  for (const { defname, arg } of nodesOf(options, 'DefElem')) {
    const name = String(defname ?? '').toLowerCase();
    const text = constantText(arg) ?? '';
    if (hostOptions.test(name)) hosts.push(...(connectionHosts(`host='${text.replaceAll("'", '')}'`) ?? []));
    else if (urlOptions.test(name)) {
      const host = urlHost(text);
      if (host === null) proven = false;
      else hosts.push(host);
    } else if (/^(service|dsn|odbc_\w+|connection_string|libname|drivername|jarfile|querystring)$/.test(name))
      proven = false;
  }
  return { ...nothing, destinations: asHosts([...new Set(hosts)], via), proven };
}

/** file_fdw reads a file of the server, or what a program writes. */
function foreignTable(fields: Fields): OutwardStatement {
  const options = nodesOf(fields['options'], 'DefElem');
  const programs = options.filter(({ defname }) => defname === 'program').map(({ arg }) => constantText(arg) ?? '');
  return { ...byOptions(fields['options'], 'CREATE FOREIGN TABLE'), programs };
}
