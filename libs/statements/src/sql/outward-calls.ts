import { connectionHosts, urlHost, type SqlDestination } from './outward-places.ts';
import { isFields, literalText, nameParts, typedNode } from './tree.ts';

/** What a call says of where it leads; `proven` false: a part of that is no constant. */
export interface OutwardCall {
  readonly destinations: readonly SqlDestination[];
  readonly proven: boolean;
}

const unproven: OutwardCall = { destinations: [], proven: false };
const nowhere: OutwardCall = { destinations: [], proven: true };

/** Undefined: a function of this name is not known to lead anywhere. */
export function outwardCall(name: string, args: readonly unknown[]): OutwardCall | undefined {
  const whole = name.toLowerCase();
  const bare = whole.slice(whole.lastIndexOf('.') + 1);
  const given = new Arguments(args);
  if (/^dblink(_connect(_u)?|_exec|_open|_send_query)?$/.test(bare)) return dblink(bare, given);
  if (bare.startsWith('dblink_')) return nowhere; // through a connection that was made before
  if (bare === 'create_s3_uri') return bucket('s3', given.at(0, 'bucket', 's3_bucket'), given.at(2, 'region'), whole);
  if (bare === 'query_export_to_s3') return s3(given, 1, whole);
  if (bare === 'table_import_from_s3') return s3(given, 3, whole);
  if (whole.startsWith('aws_lambda.')) return lambda(given, whole);
  if (whole.startsWith('azure_storage.') || /^blob_(put|get|list)$/.test(bare)) return azure(bare, given, whole);
  if (/^http_(get|post|put|patch|delete|head)$/.test(bare)) return url(given.at(0, 'url', 'uri'), whole, given.count);
  if (bare === 'http') return request(given, whole);
  if (whole.startsWith('net.http_') || /^net_http_(get|post|delete)$/.test(bare))
    return url(given.at(0, 'url'), whole, given.count);
  if (
    /^google_ml\w*\.|^azure_(ai|ml|openai|cognitive)\w*\.|^aws_(bedrock|sagemaker|comprehend|ml)\w*\.|^ai\.|^pgml\.|^vectorize\./.test(
      whole,
    )
  )
    return unproven; // a service that a setting names
  if (bare === 'invoke_endpoint') return unproven;
  return undefined;
}

/** The arguments of a call, by position or by name. */
class Arguments {
  readonly #positional: unknown[] = [];
  readonly #named = new Map<string, unknown>();

  constructor(args: readonly unknown[]) {
    for (const arg of args) {
      const node = typedNode(arg);
      if (node?.type === 'NamedArgExpr')
        this.#named.set(String(node.fields['name'] ?? '').toLowerCase(), node.fields['arg']);
      else this.#positional.push(arg);
    }
  }

  get count(): number {
    return this.#positional.length + this.#named.size;
  }

  node(position: number, ...names: readonly string[]): unknown {
    for (const name of names) if (this.#named.has(name)) return this.#named.get(name);
    return this.#positional[position];
  }

  /** The constant there; null: it is none; undefined: there is no such argument. */
  at(position: number, ...names: readonly string[]): string | null | undefined {
    const node = this.node(position, ...names);
    return node === undefined ? undefined : (literalText(node) ?? null);
  }
}

/** One of its arguments is a connection string, or the name of a connection or of a foreign server. */
function dblink(bare: string, given: Arguments): OutwardCall {
  if (bare === 'dblink_open' || bare === 'dblink_send_query') return nowhere;
  const position = bare.startsWith('dblink_connect') && given.count > 1 ? 1 : 0;
  const text = given.at(position, 'connstr');
  if (text === undefined) return nowhere;
  if (text === null) return unproven;
  if (!/=|:\/\//.test(text)) return bare === 'dblink_connect' || bare === 'dblink_connect_u' ? unproven : nowhere;
  return hosts(connectionHosts(text), bare);
}

function hosts(found: readonly string[] | null, via: string): OutwardCall {
  if (found === null) return unproven;
  return { destinations: found.map((host) => ({ host, via, kind: 'host' })), proven: true };
}

function url(text: string | null | undefined, via: string, count: number): OutwardCall {
  if (text === undefined) return count === 0 ? nowhere : unproven;
  const host = text === null ? null : urlHost(text);
  return host === null ? unproven : hosts([host], via);
}

/** `http(('GET', 'https://…', …)::http_request)`. */
function request(given: Arguments, via: string): OutwardCall {
  let node = typedNode(given.node(0));
  while (node?.type === 'TypeCast') node = typedNode(node.fields['arg']);
  if (node?.type !== 'RowExpr' || !Array.isArray(node.fields['args'])) return unproven;
  return url(literalText(node.fields['args'][1]) ?? null, via, 1);
}

function bucket(
  scheme: string,
  name: string | null | undefined,
  region: string | null | undefined,
  via: string,
): OutwardCall {
  if (name === null || name === undefined || name === '') return unproven;
  const stated =
    region === undefined || region === null || region === '' ? {} : { region: `aws:${region.toLowerCase()}` };
  return {
    destinations: [{ host: `${scheme}://${name.toLowerCase()}`, via, kind: 'bucket', ...stated }],
    proven: region !== null,
  };
}

/** Either one argument that create_s3_uri makes, which is a call of its own, or bucket, path and region. */
function s3(given: Arguments, position: number, via: string): OutwardCall {
  const node = given.node(position, 's3_info');
  const call = typedNode(node);
  if (call?.type === 'FuncCall') {
    const name = nameParts(call.fields['funcname']).join('.').toLowerCase();
    return /(^|\.)create_s3_uri$/.test(name) ? nowhere : unproven;
  }
  const composite = typedNode(call?.type === 'TypeCast' ? call.fields['arg'] : node);
  if (composite?.type === 'RowExpr' && Array.isArray(composite.fields['args'])) {
    const [name, , region] = composite.fields['args'] as unknown[];
    return bucket('s3', literalText(name) ?? null, literalText(region) ?? null, via);
  }
  return bucket('s3', given.at(position, 'bucket'), given.at(position + 2, 'region'), via);
}

/** An ARN has its region in it. */
function lambda(given: Arguments, via: string): OutwardCall {
  let node: unknown = given.node(0, 'function_name');
  let region: string | null | undefined = given.at(4, 'region');
  const call = typedNode(node);
  if (call?.type === 'FuncCall' && isFields(call.fields)) {
    const inner = new Arguments(Array.isArray(call.fields['args']) ? (call.fields['args'] as unknown[]) : []);
    node = inner.node(0, 'function_name');
    region = inner.at(1, 'region') ?? region;
  }
  const text = literalText(node);
  if (text === undefined) return unproven;
  const stated = /^arn:aws[\w-]*:lambda:([a-z0-9-]+):/.exec(text)?.[1] ?? region ?? undefined;
  const host = stated === undefined ? 'lambda.amazonaws.com' : `lambda.${stated}.amazonaws.com`;
  return {
    destinations: [{ host, via, kind: 'host', ...(stated === undefined ? {} : { region: `aws:${stated}` }) }],
    proven: true,
  };
}

function azure(bare: string, given: Arguments, via: string): OutwardCall {
  if (!/^(blob_\w+|account_add|account_remove|account_user_add)$/.test(bare)) return nowhere;
  const account = given.at(0, 'account_name', 'account');
  if (account === null || account === undefined) return unproven;
  const host = /^https?:\/\//i.test(account) ? urlHost(account) : account.toLowerCase();
  return host === null
    ? unproven
    : { destinations: [{ host: `az://${host.split('.')[0] ?? host}`, via, kind: 'bucket' }], proven: true };
}
