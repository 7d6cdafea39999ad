import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { toJson, type Message } from '@bufbuild/protobuf';
import type { EventId } from '@inland/kernel';
import { allEvents, decodeEvent } from './index.ts';

/** Bytes as they were once written to a log: they must decode for ever, to the same values. */
const folder = new URL('../golden/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.bin'));

describe('events that were written once', () => {
  it('are there for every event type', () => {
    expect(files.map((file) => file.replace('.bin', '')).sort()).toEqual(
      allEvents.map(({ typeName }) => typeName).sort(),
    );
  });

  it.each(files)('%s decodes to what it said', (file) => {
    const type = file.replace('.bin', '');
    const schema = allEvents.find(({ typeName }) => typeName === type);
    if (schema === undefined) throw new Error(`no schema for ${type}`);
    const { data } = decodeEvent({
      id: '' as EventId,
      type,
      source: '',
      subject: '',
      time: '',
      key: '',
      data: readFileSync(new URL(file, folder)),
    });
    const expected: unknown = JSON.parse(readFileSync(new URL(file.replace('.bin', '.json'), folder), 'utf8'));
    expect(toJson(schema, data as Message)).toEqual(expected);
  });
});
