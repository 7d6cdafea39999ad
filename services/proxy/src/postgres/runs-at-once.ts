import { readBind, readExecute, readParse, type WireMessage } from '@inland/postgres-wire';
import { shownParameters } from './shown-parameters.ts';

/** A statement that is bound and executed once by the messages that follow its Parse. */
export interface RunAtOnce {
  readonly bind: WireMessage;
  readonly execute: WireMessage;
  readonly parameters: readonly string[];
}

/**
 * Most drivers parse a statement and run it in one go. Such a one is a single command, judged and recorded once. Given
 * the messages that came together and the place of a Parse among them; undefined when what follows is anything else
 * than Describe, one Bind of that statement and one Execute of its portal.
 */
export function runsAtOnce(together: readonly WireMessage[], parseAt: number): RunAtOnce | undefined {
  const parse = together[parseAt];
  if (parse === undefined) return undefined;
  const { statement } = readParse(parse);
  let bound:
    | { readonly message: WireMessage; readonly portal: string; readonly parameters: readonly string[] }
    | undefined;
  for (let at = parseAt + 1; at < together.length; at += 1) {
    const message = together[at];
    if (message?.type === 'D') continue;
    if (message?.type === 'B' && bound === undefined) {
      const fields = readBind(message);
      if (fields.statement !== statement) return undefined;
      bound = { message, portal: fields.portal, parameters: shownParameters(fields) };
      continue;
    }
    if (message?.type !== 'E' || bound === undefined) return undefined;
    if (readExecute(message).portal !== bound.portal) return undefined;
    return { bind: bound.message, execute: message, parameters: bound.parameters };
  }
  return undefined;
}
