import { getOption, hasOption, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { data_class as dataClassOption, DataClass } from './gen/inland/options/v1/data_class_pb.ts';

/** The class of a field; a field without one counts as secret. */
export function dataClassOf(field: DescField): DataClass {
  if (!hasOption(field, dataClassOption)) return DataClass.SECRET;
  const declared = getOption(field, dataClassOption);
  return declared === DataClass.UNSPECIFIED ? DataClass.SECRET : declared;
}

/** A message as plain values, with every field above `public` left out: what a log line or a metric may show. */
export function publicFields(schema: DescMessage, message: Message): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const field of schema.fields) {
    if (dataClassOf(field) !== DataClass.PUBLIC) continue;
    const value = (message as unknown as Record<string, unknown>)[field.localName];
    if (value === undefined) continue;
    shown[field.localName] = showPublic(field, value);
  }
  return shown;
}

function showPublic(field: DescField, value: unknown): unknown {
  if (field.fieldKind === 'message') return publicFields(field.message, value as Message);
  if (field.fieldKind === 'list' && field.listKind === 'message')
    return (value as Message[]).map((item) => publicFields(field.message, item));
  if (typeof value === 'bigint') return Number(value);
  return value;
}
