import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every person and number here is invented; cards and IBANs are the ones that their makers publish for tests. */
const files: Readonly<Record<string, string>> = {
  'README.txt': 'build-eu: a demo server. Nothing here is real.\n',
  'customers.csv': `id,name,email,card,iban
1,Mara Lindqvist,mara.lindqvist@example.org,4111 1111 1111 1111,DE89 3704 0044 0532 0130 00
2,Jonas Weber,jonas.weber@example.com,5555 5555 5555 4444,FR14 2004 1010 0505 0001 3M02 606
3,Chiara Conti,chiara.conti@example.net,3782 822463 10005,NL91 ABNA 0417 1643 00
4,Piotr Zielak,piotr.zielak@example.org,6011 1111 1111 1117,BE68 5390 0754 7034
`,
  'build.log': `12:01:07 checkout main
12:01:09 install
12:01:41 test: 412 passed
12:01:42 built by ci@example.org
`,
};

/** Makes the home folder of whoever logs in, and its files where they are missing. */
export function makeDemoHome(folder: string): string {
  const home = join(folder, 'files');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    const file = join(home, name);
    if (!existsSync(file)) writeFileSync(file, text);
  }
  return home;
}
