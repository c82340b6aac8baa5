import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CUE_FLAGS, cueSet, cueSlots, delaySet, matchSet, RESULT_BOARDS, SLOTS } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';

const page = readFileSync(join(import.meta.dirname, 'broadcast.md'), 'utf8');
const rowsOf = (part: string) => [...part.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '));
const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
const slots = rowsOf(page.split('### Slots\n')[1]?.split(/^Actions/m)[0] ?? '');

describe('the slots in docs/broadcast.md', () => {
  it('are all that a cue can set', () => {
    expect(slots.flatMap(([names = '']) => quoted(names)).sort()).toEqual([...SLOTS].sort());
  });

  it('have the values that are written there, each of which is taken', () => {
    for (const [names = '', takes = ''] of slots) {
      const values = quoted(takes).filter((text) => /^[{"]/.test(text));
      expect(values.length).toBeGreaterThan(0);
      for (const name of quoted(names)) {
        for (const text of values) {
          const { success } = cueSlots.safeParse({ [name]: JSON.parse(text) });
          expect({ name, text, ok: success }).toEqual({ name, text, ok: true });
        }
      }
    }
  });

  it('name every flag and every board', () => {
    const takes = (slot: string) => slots.find(([names]) => names === `\`${slot}\``)?.[1] ?? '';
    for (const flag of CUE_FLAGS) expect(takes('flag')).toMatch(new RegExp(`["\`]${flag}["\`]`));
    for (const board of RESULT_BOARDS) expect(takes('results')).toContain(`"${board}"`);
  });
});

it.each([
  ['broadcast:cue', cueSet],
  ['broadcast:delay:set', delaySet],
  ['broadcast:match', matchSet],
])('docs/broadcast.md names every field of %s', (event, schema) => {
  const takes = rowsOf(page).find(([name]) => name === `\`${event}\``)?.[1] ?? '';
  const place = ['sessionId', 'show', 'requestId'];
  for (const field of Object.keys(schema.shape).filter((name) => !place.includes(name)))
    expect(takes).toMatch(new RegExp(`\`${field}\\??\``));
});
