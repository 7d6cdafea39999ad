// Writes a golden file for each event type that has none yet. Existing files are never rewritten: stored events are not.
import { create, ScalarType, toBinary, toJson } from '@bufbuild/protobuf';
import { existsSync, writeFileSync } from 'node:fs';
import { allEvents } from '../dist/index.js';

function sample(schema) {
  const value = {};
  schema.fields.forEach((field, index) => {
    const one = field.message ? sample(field.message) : scalar(field, index + 1);
    value[field.localName] = field.fieldKind === 'list' ? [one] : one;
  });
  return value;
}

function scalar(field, number) {
  if (field.enum) return 1;
  const wide = [ScalarType.UINT64, ScalarType.INT64];
  if (wide.includes(field.scalar)) return BigInt(number * 1000);
  if (field.scalar === ScalarType.STRING) return `${field.name}-äöü`;
  if (field.scalar === ScalarType.BYTES) return Uint8Array.from([number, 0, 255]);
  if (field.scalar === ScalarType.BOOL) return true;
  return number;
}

for (const schema of allEvents) {
  const file = new URL(`${schema.typeName}.bin`, import.meta.url);
  if (existsSync(file)) continue;
  const message = create(schema, sample(schema));
  writeFileSync(file, toBinary(schema, message));
  writeFileSync(
    new URL(`${schema.typeName}.json`, import.meta.url),
    `${JSON.stringify(toJson(schema, message), null, 2)}\n`,
  );
  console.log(`wrote ${schema.typeName}`);
}
