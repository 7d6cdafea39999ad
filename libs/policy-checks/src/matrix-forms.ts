import type { AccessMatrix, MatrixCell } from './access-matrix.ts';

/** RFC 4180, a line for each group and target. */
export function matrixCsv(matrix: AccessMatrix): string {
  const lines = [['group', 'target', 'region', 'login', 'outcome', 'obligations', 'reason', 'rule', 'message']];
  each(matrix, (group, target, cell) =>
    lines.push([
      group,
      target.name,
      target.region,
      cell.login,
      cell.outcome,
      cell.obligations.join('; '),
      cell.code,
      cell.rule,
      cell.message,
    ]),
  );
  return `${lines.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`;
}

/** A value that a spreadsheet would take for a formula gets an apostrophe before it. */
function quoted(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const colours = { allowed: '#2e7d32', obliged: '#f9a825', denied: '#c62828' } as const;
const signs = { allowed: '✓', obliged: '◐', denied: '✕' } as const;
const [cellWidth, cellHeight] = [44, 28];

/** A picture of it: a colour and a sign for each cell, what was decided as its title. */
export function matrixSvg(matrix: AccessMatrix): string {
  const { groups, targets, from, operation } = matrix;
  const left = 24 + 8 * Math.max(6, ...groups.map(({ length }) => length));
  const slant = 6 * Math.max(6, ...targets.map(({ name, region }) => name.length + region.length + 3));
  const top = 64 + slant * 0.75;
  const width = Math.max(560, left + targets.length * cellWidth + slant * 0.75 + 24);
  const height = top + groups.length * cellHeight + 64;
  const parts: string[] = [
    `<text x="16" y="28" font-size="16" font-weight="bold">Who reaches what: ${escaped(operation)} from ${escaped(from)}</text>`,
  ];
  targets.forEach(({ name, region }, column) => {
    const x = left + column * cellWidth + cellWidth / 2;
    parts.push(
      `<text transform="translate(${x},${top - 8}) rotate(-48)">${escaped(name)} <tspan fill="#666">${escaped(region)}</tspan></text>`,
    );
  });
  groups.forEach((group, row) =>
    parts.push(`<text x="${left - 12}" y="${top + row * cellHeight + 19}" text-anchor="end">${escaped(group)}</text>`),
  );
  let index = 0;
  each(matrix, (group, target, cell) => {
    const x = left + (index % targets.length) * cellWidth;
    const y = top + Math.floor(index / targets.length) * cellHeight;
    index += 1;
    parts.push(
      `<g><title>${escaped(`${group} → ${cell.login}@${target.name}: ${said(cell)}`)}</title>` +
        `<rect x="${x + 2}" y="${y + 2}" width="${cellWidth - 4}" height="${cellHeight - 4}" rx="4" fill="${colours[cell.outcome]}"/>` +
        `<text x="${x + cellWidth / 2}" y="${y + 19}" text-anchor="middle" fill="#fff">${signs[cell.outcome]}</text></g>`,
    );
  });
  const legend = [
    ['allowed', 'allowed'],
    ['obliged', 'allowed, with obligations'],
    ['denied', 'refused'],
  ] as const;
  let x = 16;
  for (const [outcome, label] of legend) {
    parts.push(
      `<rect x="${x}" y="${height - 36}" width="16" height="16" rx="3" fill="${colours[outcome]}"/>` +
        `<text x="${x + 24}" y="${height - 23}">${signs[outcome]} ${label}</text>`,
    );
    x += 60 + 8 * label.length;
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}" font-family="sans-serif" font-size="13">` +
    `<rect width="100%" height="100%" fill="#fff"/>${parts.join('\n')}</svg>\n`
  );
}

const said = ({ outcome, obligations, message, code }: MatrixCell): string =>
  outcome === 'denied' ? message || code : ['allowed', ...obligations].join(', ');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function each(
  { groups, targets, cells }: AccessMatrix,
  tell: (group: string, target: AccessMatrix['targets'][number], cell: MatrixCell) => void,
): void {
  groups.forEach((group, row) =>
    targets.forEach((target, column) => {
      const cell = cells[row]?.[column];
      if (cell !== undefined) tell(group, target, cell);
    }),
  );
}
