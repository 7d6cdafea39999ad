import { describe, expect, it } from '@jest/globals';
import { errorResponse, readyForQuery, type WireMessage } from '@inland/postgres-wire';
import { Exchange, step, type Step } from './exchange.ts';

const message = (type: string, body: Buffer = Buffer.alloc(0)): WireMessage => {
  const raw = Buffer.concat([Buffer.from(type), Buffer.alloc(4), body]);
  raw.writeUInt32BE(raw.length - 1, 1);
  return { type, raw };
};
const complete = (tag: string): WireMessage => message('C', Buffer.from(`${tag}\0`));
const ready: WireMessage = { type: 'Z', raw: readyForQuery('I') };
const failure: WireMessage = {
  type: 'E',
  raw: errorResponse({ severity: 'ERROR', sqlState: '22012', message: 'division by zero' }),
};
const copyIn = message('G', Buffer.from('000000', 'hex'));

/** What each message answers, and what is over with it. */
function told(exchange: Exchange, ...messages: readonly WireMessage[]): string[] {
  return messages.map((each) => {
    const { step: answered, over } = exchange.received(each);
    const ended = over.map(({ kind, status }) => `${kind}=${status}`);
    return `${each.type} ${answered?.kind ?? '-'}${ended.length === 0 ? '' : ` | ${ended.join(' ')}`}`;
  });
}

function sent(...steps: readonly (Step | Step['kind'])[]): Exchange {
  const exchange = new Exchange();
  for (const each of steps) exchange.sent(typeof each === 'string' ? step(each) : each);
  return exchange;
}

describe('an exchange with the target', () => {
  it('follows a query with several statements to its end', () => {
    const exchange = sent('query');
    expect(told(exchange, complete('INSERT 0 2'), complete('UPDATE 3'), ready)).toEqual([
      'C query',
      'C query',
      'Z query | query=UPDATE 3',
    ]);
    expect(exchange.idle).toBe(true);
  });

  it('tells apart what is sent together in the extended protocol', () => {
    const exchange = sent('parse', 'bind', 'execute', 'bind', 'execute', 'sync');
    const answers = [message('1'), message('2'), complete('SELECT 1'), message('2'), message('s'), ready];
    expect(told(exchange, ...answers)).toEqual([
      '1 parse | parse=PARSE',
      '2 bind | bind=',
      'C execute | execute=SELECT 1',
      '2 bind | bind=',
      's execute | execute=SUSPENDED',
      'Z sync | sync=',
    ]);
  });

  it('skips to the next Sync after an error, and takes back what did not happen', () => {
    const undone: string[] = [];
    const exchange = sent(
      step('parse', { undo: () => undone.push('parse') }),
      step('bind', { undo: () => undone.push('bind') }),
      'execute',
      'sync',
      'query',
    );
    expect(told(exchange, failure, ready, complete('SELECT 1'), ready)).toEqual([
      'E parse | parse=ERROR 22012 bind=SKIPPED execute=SKIPPED',
      'Z sync | sync=',
      'C query',
      'Z query | query=SELECT 1',
    ]);
    expect(undone).toEqual(['parse', 'bind']);
  });

  it('is skipping while the Sync has not been sent', () => {
    const exchange = sent('parse');
    told(exchange, failure);
    expect(exchange.skipping).toBe(true);
    exchange.sent(step('sync'));
    expect(exchange.skipping).toBe(false);
    expect(told(exchange, ready)).toEqual(['Z sync | sync=']);
  });

  it('keeps the Sync whose own commit fails', () => {
    expect(told(sent('execute', 'sync'), complete('INSERT 0 1'), failure, ready)).toEqual([
      'C execute | execute=INSERT 0 1',
      'E sync',
      'Z sync | sync=ERROR 22012',
    ]);
  });

  it('knows that a Sync is ignored while COPY data is taken', () => {
    const exchange = sent('execute', 'sync');
    told(exchange, copyIn);
    expect(exchange.copyingIn?.kind).toBe('execute');
    exchange.sent(step('sync')); // ignored as well
    exchange.sent(step('copy-end'));
    exchange.sent(step('sync'));
    expect(exchange.copyingIn).toBeUndefined();
    expect(told(exchange, complete('COPY 2'), ready)).toEqual(['C execute | execute=COPY 2', 'Z sync | sync=']);
    expect(exchange.idle).toBe(true);
  });

  it('keeps the Sync that was sent after COPY data which nobody had asked for yet', () => {
    const exchange = sent('execute', 'copy-end', 'sync');
    expect(told(exchange, copyIn, complete('COPY 1'), ready)).toEqual([
      'G execute',
      'C execute | execute=COPY 1',
      'Z sync | sync=',
    ]);
  });

  it('goes on when the target stops a COPY', () => {
    const exchange = sent('query');
    told(exchange, copyIn, failure);
    exchange.sent(step('copy-end')); // sent before the client knew
    exchange.sent(step('query'));
    expect(told(exchange, ready, complete('SELECT 1'), ready)).toEqual([
      'Z query | query=ERROR 22012',
      'C query',
      'Z query | query=SELECT 1',
    ]);
  });

  it('takes what comes by itself', () => {
    expect(told(new Exchange(), message('N'), message('A'), message('S'), failure)).toEqual([
      'N -',
      'A -',
      'S -',
      'E -',
    ]);
  });

  it.each([
    ['a row that nobody asked for', sent(), message('D')],
    ['a row for a Sync', sent('sync'), message('D')],
    ['readiness in the middle of a Bind', sent('bind', 'sync'), ready],
    ['COPY data without a COPY', sent('query'), message('d')],
    ['a replication stream', sent('query'), message('W')],
    ['another login', sent('query'), message('R')],
  ])('refuses %s', (_, exchange, wrong) => {
    expect(() => exchange.received(wrong)).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
  });
});
