import { characterWidth } from './character-width.ts';

interface Row {
  readonly cells: string[];
  /** Whether writing went on in the next row because this one was full. */
  wraps: boolean;
}

const rowsMax = 128;
const columnsMax = 1000;

/**
 * The last rows of a terminal, as far as they are needed to read the line at the cursor: writing with the wrap at the
 * right margin that terminals defer, moving, erasing, inserting and deleting cells. A line is one row and those that it
 * wraps into. Rows are bounded; there are no colours and no height.
 */
export class ShownRows {
  #rows: Row[] = [{ cells: [], wraps: false }];
  #row = 0;
  #column = 0;
  #columns = 80;
  /** Rows that were here before the first. */
  #before = 0;

  resize(columns: number): void {
    if (Number.isInteger(columns) && columns >= 2) this.#columns = Math.min(columns, columnsMax);
  }

  /** Begins with one empty row. */
  clear(): void {
    this.#before += this.#rows.length;
    this.#rows = [{ cells: [], wraps: false }];
    this.#row = 0;
    this.#column = 0;
  }

  /** The number of the cursor's row; rows below have greater numbers, and so have those after {@link clear}. */
  get row(): number {
    return this.#before + this.#row;
  }

  /** The text of the cursor's line, and how many cells of it stand before the cursor. */
  line(): { readonly cells: readonly string[]; readonly cursor: number } {
    let first = this.#row;
    while (first > 0 && this.#rows[first - 1]?.wraps) first -= 1;
    const cells: string[] = [];
    let cursor = 0;
    for (let index = first; ; index += 1) {
      const row = this.#at(index);
      if (index === this.#row) cursor = cells.length + this.#column;
      for (let column = 0; column < row.cells.length; column += 1) cells.push(row.cells[column] ?? ' ');
      if (!row.wraps || index + 1 >= this.#rows.length) break;
    }
    return { cells, cursor };
  }

  write(character: string): void {
    const width = characterWidth(character);
    if (width === 0) {
      const row = this.#at(this.#row);
      const before = row.cells[this.#column - 1];
      if (before !== undefined && before.length < 32) row.cells[this.#column - 1] = before + character;
      return;
    }
    if (this.#column + width > this.#columns) {
      this.#at(this.#row).wraps = true;
      this.#down();
      this.#column = 0;
    }
    const { cells } = this.#at(this.#row);
    while (cells.length < this.#column) cells.push(' ');
    cells[this.#column] = character;
    if (width === 2) cells[this.#column + 1] = '';
    this.#column += width;
  }

  carriageReturn(): void {
    this.#column = 0;
  }
  lineFeed(): void {
    this.#down();
  }
  tab(): void {
    this.forward(8 - (this.#column % 8));
  }
  back(count: number): void {
    this.#column = Math.max(0, Math.min(this.#column, this.#columns - 1) - count);
  }
  forward(count: number): void {
    this.#column = Math.min(this.#columns - 1, this.#column + count);
  }
  toColumn(column: number): void {
    this.#column = Math.min(this.#columns - 1, Math.max(0, column));
  }
  up(count: number): void {
    this.#row = Math.max(0, this.#row - count);
  }
  down(count: number): void {
    for (let done = 0; done < Math.min(count, rowsMax); done += 1) this.#down();
  }

  /** CSI K: 0 to the end of the row, 1 to its start, 2 all of it. */
  eraseInRow(what: number): void {
    const row = this.#at(this.#row);
    if (what === 1 || what === 2)
      for (let column = 0; column <= this.#column && column < row.cells.length; column += 1) row.cells[column] = ' ';
    if (what !== 1) {
      row.cells.length = Math.min(row.cells.length, what === 2 ? 0 : this.#column);
      row.wraps = false;
    }
  }
  /** CSI J 0: from the cursor to the end of the screen. */
  eraseBelow(): void {
    this.eraseInRow(0);
    this.#rows.length = this.#row + 1;
  }
  /** CSI P. */
  deleteCells(count: number): void {
    this.#at(this.#row).cells.splice(this.#column, count);
  }
  /** CSI @. */
  insertCells(count: number): void {
    const row = this.#at(this.#row);
    if (this.#column >= row.cells.length) return;
    row.cells.splice(this.#column, 0, ...Array.from({ length: Math.min(count, this.#columns) }, () => ' '));
    row.cells.length = Math.min(row.cells.length, this.#columns);
  }
  /** CSI X. */
  eraseCells(count: number): void {
    const { cells } = this.#at(this.#row);
    const end = Math.min(cells.length, this.#column + count);
    for (let column = this.#column; column < end; column += 1) cells[column] = ' ';
  }

  #at(index: number): Row {
    const row = this.#rows[index];
    if (row !== undefined) return row;
    const made: Row = { cells: [], wraps: false };
    this.#rows[index] = made;
    return made;
  }

  #down(): void {
    this.#row += 1;
    this.#at(this.#row);
    if (this.#rows.length <= rowsMax) return;
    this.#rows.shift();
    this.#row -= 1;
    this.#before += 1;
  }
}
