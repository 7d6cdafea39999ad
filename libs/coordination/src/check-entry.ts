import { Fault } from '@inland/kernel';

/** The longest key and channel name, in characters. */
export const keyCharactersMax = 512;
/** The longest value and message, in characters. */
export const valueCharactersMax = 64 * 1024;

/** Faults with `invalid_argument` when the key, or the name of a channel, is empty or too long. */
export function checkKey(key: string): void {
  if (key.length === 0 || key.length > keyCharactersMax)
    throw new Fault('invalid_argument', `a key has 1 to ${keyCharactersMax} characters, not ${key.length}`);
}

/** Faults with `resource_exhausted` when the value or message is too long. */
export function checkValue(value: string): void {
  if (value.length > valueCharactersMax)
    throw new Fault('resource_exhausted', `a value has at most ${valueCharactersMax} characters, not ${value.length}`);
}

/** Faults with `invalid_argument` when what should be a time in milliseconds is not a whole number above 0. */
export function checkMillis(millis: number): void {
  if (!Number.isSafeInteger(millis) || millis <= 0)
    throw new Fault('invalid_argument', `a time is a whole number of milliseconds above 0, not ${millis}`);
}
