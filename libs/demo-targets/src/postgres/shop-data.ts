/** Invented people: no name, address, card or account of theirs exists. */
const names = [
  'Anneliese Brandt',
  'Bruno Castelli',
  'Chiara De Luca',
  'Dieter Hofmann',
  'Elodie Marchand',
  'Femke de Vries',
  'Gustav Lindqvist',
  'Helena Novak',
  'Iker Zabala',
  'Johanna Virtanen',
  'Kasper Madsen',
  'Leonie Schuster',
  'Mateusz Kowalczyk',
  'Nuria Ferrer',
  'Oskar Petersen',
  'Paula Ribeiro',
  'Quirin Aigner',
  'Rosalie Dubois',
  'Stefan Ionescu',
  'Tereza Svobodova',
  'Ulrike Baumann',
  'Viktor Horvath',
  'Wanda Zielinska',
  'Xenia Papadaki',
  'Yannick Peeters',
] as const;

export interface Customer {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly card: string;
  readonly iban: string;
}

/** The shop's customers: cards pass Luhn, accounts pass mod 97, mail goes to domains that are reserved (RFC 2606). */
export function shopCustomers(): readonly Customer[] {
  return names.map((name, index) => {
    const id = index + 1;
    const mailbox = name.toLowerCase().replaceAll(' ', '.');
    return {
      id,
      name,
      email: `${mailbox}@example.${id % 2 === 0 ? 'com' : 'org'}`,
      card: cardOf(id),
      iban: ibanOf(id),
    };
  });
}

/** 15 digits and the one that makes the sum of Luhn a multiple of ten. */
function cardOf(id: number): string {
  const digits = `4${String(100_000_000_000_00 + id * 7_919_331)
    .padStart(14, '0')
    .slice(-14)}`;
  const sum = [...digits].reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** A German account: ISO 13616, check digits by mod 97 of account, country (D=13, E=14) and 00. */
function ibanOf(id: number): string {
  const account = `50010517${String(5_400_000_000 + id * 1_234_567).padStart(10, '0')}`;
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, '0')}${account}`;
}

const articles = ['desk lamp', 'bicycle bell', 'coffee grinder', 'rain jacket', 'chess set'] as const;

/** The statements that fill the empty database `shop`. Two orders for each customer. */
export function shopStatements(): readonly string[] {
  const customers = shopCustomers();
  const rows = customers.map(({ id, name, email, card, iban }) => `(${id},'${name}','${email}','${card}','${iban}')`);
  const orders = customers.flatMap(({ id }) =>
    [0, 1].map((nth) => {
      const number = id * 2 - 1 + nth;
      return `(${number},${id},'${articles[number % articles.length] ?? ''}',${1 + (number % 3)},${(9.9 + number * 1.5).toFixed(2)})`;
    }),
  );
  return [
    'CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL, card text NOT NULL, iban text NOT NULL)',
    'CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, article text NOT NULL, quantity int NOT NULL, price numeric(10,2) NOT NULL)',
    `INSERT INTO customers VALUES ${rows.join(',')}`,
    `INSERT INTO orders VALUES ${orders.join(',')}`,
  ];
}
