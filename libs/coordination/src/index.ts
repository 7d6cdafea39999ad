export type { Coordination } from './coordination.ts';
export { ChannelListeners } from './channel-listeners.ts';
export { checkKey, checkMillis, checkValue, keyCharactersMax, valueCharactersMax } from './check-entry.ts';
