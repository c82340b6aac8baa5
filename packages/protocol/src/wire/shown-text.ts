import type { CarClass, SessionEntry, SessionLine, SourceRecord } from './recording.js';

/** Most characters of what pages show of a session; longer text is cut. */
export const SHOWN_LENGTHS = { carNumber: 8, name: 64, className: 32, track: 100, flag: 32, message: 500 } as const;

/** Characters that are not drawn as themselves: control characters, and those that turn the direction of text. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;
const ALL_UNSEEN = new RegExp(UNSEEN, 'gu');
/** More marks upon one letter than any script has. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** Class colours as pages take them. */
const COLOUR = /^#[0-9a-f]{6}$/i;

/** Whether a text has no character that is not drawn as itself. */
export function isPlainText(text: string): boolean {
  return !UNSEEN.test(text);
}

/** A text as it may be shown: without characters that are not drawn as themselves, and cut to a number of characters. */
export function shownText(text: string, most: number): string {
  const seen = text.replace(ALL_UNSEEN, '').replace(PILED_MARKS, '$1');
  return seen.length <= most ? seen : [...seen].slice(0, most).join('');
}

/** A record as it may be shown, and the names of the fields that were cut or left out for that. */
export interface ShownRecord<T extends SourceRecord = SourceRecord> {
  /** The same object where nothing was. */
  readonly record: T;
  readonly cut: readonly string[];
}

/**
 * Keeps what relays and recordings say within what pages, tables and terminals can show: car numbers and names are cut, a
 * class colour that is none is left out. Nothing is refused: the session goes on without what is too much.
 */
export function shownRecord<T extends SourceRecord>(record: T): ShownRecord<T> {
  // By far the most: looked at first, and left as they are.
  if (record.kind === 'frame' && record.flags.every(isShown)) return { record, cut: [] };
  const cut: string[] = [];
  const text = <V extends string | null | undefined>(field: string, value: V, most: number): V => {
    if (typeof value !== 'string') return value;
    const shown = shownText(value, most);
    if (shown !== value) cut.push(field);
    return shown as V;
  };
  const made = madeShown(record, text, () => cut.push('classes.color'));
  return cut.length === 0 ? { record, cut } : { record: made as T, cut };
}

function isShown(flag: string): boolean {
  return flag.length <= SHOWN_LENGTHS.flag && isPlainText(flag);
}

type Text = <V extends string | null | undefined>(field: string, value: V, most: number) => V;

function madeShown(record: SourceRecord, text: Text, colourIsNone: () => void): SourceRecord {
  switch (record.kind) {
    case 'session':
      return shownSession(record, text, colourIsNone);
    case 'message':
      return {
        ...record,
        what: text('what', record.what, SHOWN_LENGTHS.name),
        text: text('text', record.text, SHOWN_LENGTHS.message),
      };
    case 'frame':
      return { ...record, flags: record.flags.map((flag) => text('flags', flag, SHOWN_LENGTHS.flag)) };
    default:
      return record;
  }
}

function shownSession(line: SessionLine, text: Text, colourIsNone: () => void): SessionLine {
  const { track } = line;
  const { name, config } = track;
  return {
    ...line,
    track: {
      ...track,
      name: text('track.name', name, SHOWN_LENGTHS.track),
      ...(config !== undefined && { config: text('track.config', config, SHOWN_LENGTHS.track) }),
    },
    classes: line.classes.map((each) => shownClass(each, text, colourIsNone)),
    entries: line.entries.map((entry) => shownEntry(entry, text)),
  };
}

function shownClass(each: CarClass, text: Text, colourIsNone: () => void): CarClass {
  const isColour = each.color == null || COLOUR.test(each.color);
  if (!isColour) colourIsNone();
  return {
    ...each,
    name: text('classes.name', each.name, SHOWN_LENGTHS.className),
    ...(!isColour && { color: null }),
  };
}

function shownEntry(entry: SessionEntry, text: Text): SessionEntry {
  const { carNumber, teamName, driver, carModel } = entry;
  return {
    ...entry,
    // One that has nothing to show is still told from none.
    carNumber: text('entries.carNumber', carNumber, SHOWN_LENGTHS.carNumber) || (carNumber === '' ? '' : '?'),
    ...(teamName !== undefined && { teamName: text('entries.teamName', teamName, SHOWN_LENGTHS.name) }),
    ...(driver && { driver: { ...driver, name: text('entries.driver.name', driver.name, SHOWN_LENGTHS.name) } }),
    ...(carModel !== undefined && { carModel: text('entries.carModel', carModel, SHOWN_LENGTHS.name) }),
  };
}
