import { Fault } from '@inland/kernel';
import { candidatePlaces, type Wanted } from './candidate-places.ts';
import { card } from './card.ts';
import type { Detector, Span } from './detector.ts';
import { email } from './email.ts';
import { iban } from './iban.ts';

const all = { email, card, iban } as const;

export type DetectorName = keyof typeof all;
export const detectorNames = Object.keys(all) as DetectorName[];

/** The detectors by name. Faults with `invalid_argument` on a name that there is none of: nothing is left unmasked quietly. */
export function detectorsNamed(names: readonly string[]): Detector[] {
  return names.map((name) => {
    if (!(name in all))
      throw new Fault('invalid_argument', `there is no detector ${name}; there are ${detectorNames.join(', ')}`);
    return all[name as DetectorName];
  });
}

export const wantedBy = (detectors: readonly Detector[]): Wanted => ({
  emails: detectors.includes(email),
  cards: detectors.includes(card),
  ibans: detectors.includes(iban),
});

/** A value that was found, and by what: that masks it. */
export interface Finding extends Span {
  readonly detector: Detector;
}

/** All findings in order, without overlaps: the earlier one counts, and of two at one place the longer. */
export function findAll(detectors: readonly Detector[], bytes: Uint8Array, before: number): Finding[] {
  const places = candidatePlaces(bytes, wantedBy(detectors));
  const findings: Finding[] = [];
  if (places.length === 0) return findings;
  for (const detector of detectors)
    for (const { start, end } of detector.find(bytes, places, before)) findings.push({ start, end, detector });
  if (findings.length < 2) return findings;
  findings.sort((one, other) => one.start - other.start || other.end - one.end);
  let end = 0;
  return findings.filter((finding) => {
    if (finding.start < end) return false;
    end = finding.end;
    return true;
  });
}
