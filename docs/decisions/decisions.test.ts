import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const HERE = new URL('./', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, HERE), 'utf8');
const records = readdirSync(HERE)
  .filter((name) => /^\d{4}-.*\.md$/.test(name))
  .sort();
const index = read('README.md');

describe('decision records', () => {
  it('are numbered one after another', () => {
    expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, i) => i + 1));
  });

  it.each(records)('%s has its number, date and status, and the same in the index', (name) => {
    const number = name.slice(0, 4);
    const head = /^# (\d{4}) (.+)\n\nDate: (\d{4}-\d{2}-\d{2}) · Status: (accepted|superseded by \d{4})\n/.exec(
      read(name),
    );
    expect(head, `${name} begins with "# ${number} Title", then "Date: … · Status: …"`).not.toBeNull();
    const [, written, title, date, status] = head ?? [];
    expect(written).toBe(number);
    expect(index).toContain(`| [${number}](${name}) | ${title} | ${date} | ${status} |`);
  });
});
