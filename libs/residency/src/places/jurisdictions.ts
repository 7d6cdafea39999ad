interface JurisdictionData {
  readonly description: string;
  readonly countries: readonly string[];
  readonly includes?: readonly string[];
}

/** Named sets of countries that rules speak of. Operators add their own, and may restate these. */
export const commonJurisdictions: Readonly<Record<string, JurisdictionData>> = {
  EU: {
    description: 'Member states of the European Union',
    countries: 'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' '),
  },
  EEA: { description: 'The European Economic Area', countries: ['IS', 'LI', 'NO'], includes: ['EU'] },
  EFTA: { description: 'The European Free Trade Association', countries: ['CH', 'IS', 'LI', 'NO'] },
  UK: { description: 'The United Kingdom', countries: ['GB'] },
  DACH: { description: 'Germany, Austria, Switzerland', countries: ['DE', 'AT', 'CH'] },
  'GDPR-adequacy': {
    description:
      'Countries that the European Commission found adequate as a whole (Article 45 GDPR), as of January 2025; not Canada and the United States, of which it found only some organisations so',
    countries: 'AD AR CH FO GB GG IL IM JE JP KR NZ UY'.split(' '),
  },
  'GDPR-free-flow': {
    description: 'Where personal data under the GDPR may go without further safeguards',
    countries: [],
    includes: ['EEA', 'GDPR-adequacy'],
  },
  'five-eyes': { description: 'Parties to the UKUSA agreement', countries: ['AU', 'CA', 'GB', 'NZ', 'US'] },
};
