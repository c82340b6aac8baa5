import { z } from 'zod';
import type { EntryFigures } from './figures.js';
import { published } from './public-fields.js';
import { type Row, unpackRow } from './rows.js';

const text = z.string();

/** What does not change from tick to tick about a car. */
export const feedEntry = z.object({
  car: published(z.number()),
  carNumber: published(text),
  /** What a page shows first: the team in team racing, else the driver. */
  name: published(text),
  teamName: published(text.nullable()),
  driver: published(text.nullable()),
  /** The class's id; its name and colour are in the session. */
  class: published(text.nullable()),
  /** The car that it is, as the sim names it; `null` where it does not. */
  carModel: published(text.nullable()),
  /** Who has been named as its driver in this session, in that order; the present one is among them. */
  crew: published(z.array(text).readonly()),
  /** The sim's own word for the car's status in its results; `null` where it has given none. */
  officialStatus: published(text.nullable()),
});
export type EntryInfo = Readonly<z.infer<typeof feedEntry>>;

/** A car as HTTP answers, `format: 'json'` feeds and the results command give it. */
export type Entry = EntryInfo & EntryFigures;

/** A car's unchanging part and its row as one entry. */
export function entryOf(info: EntryInfo, row: Row): Entry {
  return { ...info, ...unpackRow(row) };
}
