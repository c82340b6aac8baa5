import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionLine } from './recording.js';
import { isPlainText, SHOWN_LENGTHS, shownRecord, shownText } from './shown-text.js';

const LINE: SessionLine = {
  kind: 'session',
  capturedAt: 1,
  simSessionKey: '7:0',
  type: 'race',
  track: { name: 'Spa' },
  classes: [{ id: 'a', name: 'GT3', color: '#ff5888' }],
  entries: [
    { car: 1, carNumber: '07', teamName: 'Équipe Ł', driver: { name: '山田 太郎' }, classId: 'a', carModel: 'x' },
  ],
};

it('REC-12: what can be shown stays as it is, in any script', () => {
  expect(shownRecord(LINE)).toEqual({ record: LINE, cut: [] });
  expect(shownRecord(LINE).record).toBe(LINE);
  for (const name of ['محمد', 'می‌خواهم', 'Ñandú', '👩‍🚀', 'Dvořák']) expect(shownText(name, 64)).toBe(name);
});

it('REC-12: long numbers and names are cut, a colour that is none is left out, and each is named', () => {
  const [entry] = LINE.entries;
  const { record, cut } = shownRecord({
    ...LINE,
    track: { name: 'T'.repeat(200) },
    classes: [{ id: 'a', name: 'C'.repeat(200), color: 'red;background:url(http://x)' }],
    entries: [{ ...entry, car: 1, carNumber: '9'.repeat(200), driver: { name: 'N'.repeat(200) } }],
  });
  expect(record.entries[0]?.carNumber).toBe('9'.repeat(SHOWN_LENGTHS.carNumber));
  expect(record.entries[0]?.driver?.name).toHaveLength(SHOWN_LENGTHS.name);
  expect(record.track.name).toHaveLength(SHOWN_LENGTHS.track);
  expect(record.classes[0]).toEqual({ id: 'a', name: 'C'.repeat(SHOWN_LENGTHS.className), color: null });
  expect(cut).toEqual(['track.name', 'classes.color', 'classes.name', 'entries.carNumber', 'entries.driver.name']);
});

it('REC-12: control characters, turned text and piles of marks are taken out; a number of nothing else is told from none', () => {
  expect(shownText('\u001b[31mred\u0007', 64)).toBe('[31mred');
  expect(shownText('a\u202Eevil\u2066\u200F', 64)).toBe('aevil');
  expect(shownText(`Z${'\u0301'.repeat(50)}`, 64)).toBe(`Z${'\u0301'.repeat(4)}`);
  const entries = [{ car: 1, carNumber: '\u202E' }];
  expect(shownRecord({ ...LINE, entries }).record.entries[0]?.carNumber).toBe('?');
});

it('REC-12: whatever the text, what is shown is plain, short, and stays so', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 100 }), (text, most) => {
      const shown = shownText(text, most);
      expect(isPlainText(shown)).toBe(true);
      expect([...shown].length).toBeLessThanOrEqual(most);
      expect(shownText(shown, most)).toBe(shown);
    }),
  );
});
