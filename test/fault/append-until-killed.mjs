// Appends to the embedded log in a folder until it is killed, and writes `session id` of each event once it is
// acknowledged. Run by log-kill9.spec.ts, from the compiled packages.
import { writeSync } from 'node:fs';
import { SqliteEventLog } from '@inland/event-log-sqlite';
import { SessionChain, StreamKind } from '@inland/events';
import { newSessionId } from '@inland/kernel';

const sessions = 32;
const log = await SqliteEventLog.open({ folder: process.argv[2] });

async function appendForever() {
  const session = newSessionId();
  const chain = new SessionChain({ session, source: '/fault' });
  for (;;) {
    const event = chain.next('OutputRecorded', { command: 1, stream: StreamKind.OUTPUT, data: new Uint8Array(1024) });
    await log.append('inland.session.v1', [event]);
    writeSync(1, `${session} ${event.id}\n`);
  }
}

await Promise.all(Array.from({ length: sessions }, appendForever));
