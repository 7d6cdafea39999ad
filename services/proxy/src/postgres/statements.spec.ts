import { describe, expect, it } from '@jest/globals';
import { masksOfPortal, Statements } from './statements.ts';

/** One int4 column, as a server describes a statement: in text. */
const description = {
  type: 'T',
  raw: Buffer.from('540000001c00016f6e6500000000000000000000170004ffffffff0000', 'hex'),
};

describe('the statements of a client', () => {
  it('says what an Execute runs', () => {
    const statements = new Statements();
    statements.prepare('s', 'SELECT 1');
    statements.bind('', 's', []);
    expect(statements.portal('').statement.text).toBe('SELECT 1');
    statements.close('portal', '');
    expect(statements.portal('').statement.text).toBe('FETCH FROM ""');
  });

  it('names what was prepared in SQL by the SQL that runs it', () => {
    expect(new Statements().statement('a"b').text).toBe('EXECUTE "a""b"');
  });

  it('takes back what failed, and nothing else', () => {
    const statements = new Statements();
    statements.prepare('s', 'first');
    const undo = statements.prepare('s', 'second');
    undo();
    expect(statements.statement('s').text).toBe('first');
    const late = statements.prepare('s', 'third');
    statements.prepare('s', 'fourth');
    late();
    expect(statements.statement('s').text).toBe('fourth');
    const unbind = statements.bind('p', 's', []);
    unbind();
    expect(statements.portal('p').formats).toBeUndefined();
  });

  it.each(['DEALLOCATE ALL', 'discard all', 'prepare s as select 2'])('knows no names any more after %s', (text) => {
    const statements = new Statements();
    statements.prepare('s', 'SELECT 1');
    statements.ran('SELECT 1');
    expect(statements.statement('s').text).toBe('SELECT 1');
    statements.ran(text);
    expect(statements.statement('s').text).toBe('EXECUTE "s"');
  });

  it('has a limit', () => {
    const statements = new Statements();
    const many = (): void => {
      for (let count = 0; count < 10_001; count += 1) statements.prepare(`s${count}`, 'SELECT 1');
    };
    expect(many).toThrow(expect.objectContaining({ code: 'resource_exhausted' }));
    const long = new Statements();
    expect(() => long.prepare('s', 'x'.repeat(17 * 1024 * 1024))).toThrow();
  });

  it('masks rows by what is known of them', () => {
    const statements = new Statements();
    statements.prepare('s', 'SELECT 1');
    statements.bind('p', 's', [1]);
    const portal = statements.portal('p');
    expect(masksOfPortal(portal)).toEqual(['unknown']);
    portal.statement.description = description;
    expect(masksOfPortal(portal)).toEqual(['pass']);
    expect(masksOfPortal({ ...portal, formats: [0] })).toEqual(['text']);
    expect(masksOfPortal({ statement: { text: '' }, formats: [] }).slice(0, 2)).toEqual(['text', 'text']);
    expect(masksOfPortal({ statement: { text: '' }, formats: undefined })).toEqual([]);
  });
});
