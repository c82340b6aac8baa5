import { filledTo, type TableRow } from '@okboxbox/race-view';
import { describe, expect, it } from 'vitest';
import { tableCsv, tableXml } from './table-text.js';

const row = (over: Partial<TableRow>): TableRow => ({ ...(filledTo([], 1)[0] as TableRow), ...over });
const lines = (rows: readonly TableRow[]) => tableCsv(rows).split('\r\n');

describe('a table as CSV', () => {
  it('quotes what needs it, and ends each line as RFC 4180 says', () => {
    const [head, first] = lines([row({ position: '1', name: 'Smith, "Ace"\nJr' })]);
    expect(head).toMatch(/^position,classPosition,carNumber,name,/);
    expect(first).toMatch(/^1,,,"Smith, ""Ace""\nJr",/);
    expect(tableCsv([]).endsWith('\r\n')).toBe(true);
  });

  it.each(['=1+1', '@SUM(A1)', '-2+3', '+cmd|x', '\t=1'])('has no formula of the name %j', (name) => {
    expect(lines([row({ name })])[1]).toContain(`'${name}`);
  });

  it('leaves figures as they are', () => {
    expect(lines([row({ gap: '+1.284', interval: '+1:02.310' })])[1]).toContain(',+1.284,+1:02.310,');
  });
});

describe('a table as XML', () => {
  it('escapes what has a meaning, and drops what XML cannot hold', () => {
    const xml = tableXml([row({ name: '<b>&"\u0000\u001b\ud800x', teamName: "O'Neil \u{1f3c1}" })]);
    expect(xml).toContain('<name>&lt;b&gt;&amp;&quot;x</name>');
    expect(xml).toContain('<teamName>O&apos;Neil \u{1f3c1}</teamName>');
  });
});
