import type { Step } from './captured-terminals.spec-support.ts';

/** The same of zsh 5.9, fish 3.6 and bash's vi mode. */
export const capturedElsewhere: Readonly<Record<string, readonly Step[]>> = {
  'history in zsh': [
    [
      'shown',
      '\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', 'echo first\r'],
    [
      'shown',
      'e\becho first\x1b[?2004l\r\r\nfirst\r\n\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', 'echo second\r'],
    [
      'shown',
      'e\becho second\x1b[?2004l\r\r\nsecond\r\n\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', '\x1b[A'],
    ['shown', 'echo second'],
    ['typed', '\x1b[A'],
    ['shown', '\b\b\b\b\b\bfirst \b'],
    ['typed', '\x7f\x7fXY'],
    ['shown', '\b \b\b \bXY'],
    ['typed', '\r'],
    [
      'shown',
      '\x1b[?2004l\r\r\nfirXY\r\n\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
  ],
  'completed in zsh': [
    [
      'shown',
      '\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', 'cat cust'],
    ['shown', 'c\bcat cust'],
    ['typed', '\t'],
    ['shown', 'omers-2026.csv\x1b[1m \x1b[0m'],
    ['typed', '\r'],
    [
      'shown',
      '\b\x1b[0m \b\x1b[?2004l\r\r\nx\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
  ],
  'searched in zsh': [
    [
      'shown',
      '\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', 'echo needle in hay\r'],
    [
      'shown',
      'e\becho needle in hay\x1b[?2004l\r\r\nneedle in hay\r\n\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', 'true\r'],
    [
      'shown',
      't\btrue\x1b[?2004l\r\r\n\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', '\x12'],
    ['shown', '\r\r\nbck-i-search: _\x1b[K\x1b[A\x1b[4C'],
    ['typed', 'need'],
    [
      'shown',
      'echo needle i\x1b[4mn\x1b[24m hay\x1b[1B\x1b[23Dn_\x1b[A\x1b[16C\x1b[8D\x1b[4mn\x1b[4me\x1b[24m\x1b[6C\x1b[24mn\x1b[1B\x1b[18De_\x1b[A\x1b[7C\x1b[1C\x1b[4me\x1b[4me\x1b[24m\x1b[1B\x1b[11De_\x1b[A\x1b[6C\x1b[2C\x1b[4me\x1b[4md\x1b[24m\x1b[1B\x1b[11Dd_\x1b[A\x1b[5C',
    ],
    ['typed', '\r'],
    [
      'shown',
      '\x1b[24mn\x1b[24me\x1b[24me\x1b[24md\x1b[1B\r\x1b[K\x1b[A\x1b[24C\x1b[?2004l\x1b[1B\rneedle in hay\r\n\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
    ['typed', '\r'],
    [
      'shown',
      '\x1b[?2004l\r\r\n\x1b[1m\x1b[7m#\x1b[27m\x1b[1m\x1b[0m                                                                               \r \r\r\x1b[0m\x1b[27m\x1b[24m\x1b[Jdeploy@build-eu:~$ \x1b[K\x1b[?2004h',
    ],
  ],
  'history in fish': [
    [
      'shown',
      '\x1b]0;~\x07\x1b[30m\x1b(B\x1b[m\rolga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'echo first\r'],
    [
      'shown',
      'echo \r\x1b[16Cfirst\r\x1b[21C\x1b[10Decho first\r\x1b[21C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;echo first ~\x07\x1b[30m\x1b(B\x1b[m\rfirst\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'echo second\r'],
    [
      'shown',
      'echo \r\x1b[16Csecond\r\x1b[22C\x1b[11Decho second\r\x1b[22C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;echo second ~\x07\x1b[30m\x1b(B\x1b[m\rsecond\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', '\x1b[A'],
    ['shown', 'echo second\r\x1b[22C\x1b[11Decho second\r\x1b[22C'],
    ['typed', '\x1b[A'],
    ['shown', '\x1b[11Decho first\x1b[K\r\x1b[21C\x1b[10Decho first\r\x1b[21C'],
    ['typed', '\x7f\x7fXY'],
    ['shown', '\b\x1b[K\r\x1b[20C\b\x1b[K\r\x1b[19CXY\r\x1b[21C'],
    ['typed', '\r'],
    [
      'shown',
      '\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;echo firXY ~\x07\x1b[30m\x1b(B\x1b[m\rfirXY\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
  ],
  'completed in fish': [
    [
      'shown',
      '\x1b]0;~\x07\x1b[30m\x1b(B\x1b[m\rolga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'cat cust'],
    ['shown', 'cat \r\x1b[15Ccust\r\x1b[19Comers-2026.csv \r\x1b[19C\b\b\b\b\b\b\b\bcat customers-2026.csv \r\x1b[19C'],
    ['typed', '\t'],
    ['shown', '\b\b\b\b\b\b\b\bcat customers-2026.csv \r\x1b[34C\x1b[23Dcat customers-2026.csv \r\x1b[34C'],
    ['typed', '\r'],
    [
      'shown',
      '\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;cat customers-2026.c ~\x07\x1b[30m\x1b(B\x1b[m\rx\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
  ],
  'suggested in fish': [
    [
      'shown',
      '\x1b]0;~\x07\x1b[30m\x1b(B\x1b[m\rolga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'echo needle in hay\r'],
    [
      'shown',
      'echo \r\x1b[16Cneedle \r\x1b[23Cin \r\x1b[26Chay\r\x1b[29C\x1b[18Decho needle in hay\r\x1b[29C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;echo needle in hay ~\x07\x1b[30m\x1b(B\x1b[m\rneedle in hay\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'echo nee'],
    ['shown', 'echo \r\x1b[16Cnee\r\x1b[19Cdle in hay\r\x1b[19C\b\b\b\b\b\b\b\becho needle in hay\r\x1b[19C'],
    ['typed', '\x1b[C'],
    ['shown', '\b\b\b\b\b\b\b\becho needle in hay\r\x1b[29C\r\x1b[29C\x1b[18Decho needle in hay\r\x1b[29C'],
    ['typed', '\r'],
    [
      'shown',
      '\r\x1b[29C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;echo needle in hay ~\x07\x1b[30m\x1b(B\x1b[m\rneedle in hay\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'ls\x05'],
    ['shown', 'ls\r\x1b[13C\b\bls\r\x1b[13C \r\x1b[13C'],
    ['typed', '\r'],
    [
      'shown',
      '\x1b[K\r\x1b[13C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;ls ~\x07\x1b[30m\x1b(B\x1b[m\rcustomers-2026.csv  read-me.txt  read-you.txt\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
  ],
  'searched in fish': [
    [
      'shown',
      '\x1b]0;~\x07\x1b[30m\x1b(B\x1b[m\rolga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'echo needle in hay\r'],
    [
      'shown',
      'echo \r\x1b[16Cneedle \r\x1b[23Cin \r\x1b[26Chay\r\x1b[29C\x1b[18Decho needle in hay\r\x1b[29C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;echo needle in hay ~\x07\x1b[30m\x1b(B\x1b[m\rneedle in hay\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', 'true\r'],
    [
      'shown',
      'true\r\x1b[15C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;true ~\x07\x1b[30m\x1b(B\x1b[m\r\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
    ['typed', '\x12'],
    [
      'shown',
      '\r\r\n\x1b[8C\x1b[A\x1b[3Ctrue\r\nsearch: \x1b[4m            \r\n\x1b[24m► true  ► echo needle in hay\x1b[A\x1b[A\r\r\n\x1b[8C\x1b[A\x1b[3Ctrue\r\r\n\x1b[8C',
    ],
    ['typed', 'need'],
    [
      'shown',
      '\x1b[4mneed        \x1b[A\r\r\n\x1b[12C\x1b[24m\x1b[A\becho needle in hay\r\n\r\n\x1b[C\x1b[Cecho needle in hay\x1b[K\x1b[A\x1b[A\r\r\n\x1b[12C\x1b[A\becho needle in hay\r\r\n\x1b[12C',
    ],
    ['typed', '\r'],
    ['shown', '\x1b[A\x1b[17C\x1b[J\r\x1b[29C\r\x1b[29C'],
    ['typed', '\r'],
    [
      'shown',
      '\r\x1b[29C\r\n\x1b[30m\x1b(B\x1b[m\x1b]0;echo needle in hay ~\x07\x1b[30m\x1b(B\x1b[m\rneedle in hay\r\n\x1b[2m⏎\x1b(B\x1b[m                                                                               \r⏎ \r\x1b[K\x1b]0;~\x07\x1b[30m\x1b(B\x1b[molga\x1b(B\x1b[m@eu\x1b(B\x1b[m ~\x1b(B\x1b[m\x1b(B\x1b[m# \x1b[K\r\x1b[11C',
    ],
  ],
  vi: [
    ['shown', '\x1b[?2004hdeploy@build-eu:~$ '],
    ['typed', 'set -o vi\r'],
    ['shown', 'set -o vi\r\n\x1b[?2004l\r\x1b[?2004hdeploy@build-eu:~$ '],
    ['typed', 'echo abc\x1b'],
    ['shown', 'echo abc'],
    ['typed', '0'],
    ['shown', '\b\b\b\b\b\b\b\b'],
    ['typed', 'x'],
    ['shown', '\x1b[1P'],
    ['typed', '\r'],
    ['shown', '\r\n\x1b[?2004l\rbash: cho: command not found\r\n\x1b[?2004hdeploy@build-eu:~$ '],
  ],
};
