import type { Frame, SessionLine, SourceRecord } from '@okboxbox/protocol';
import type { Note } from '../timeline/segment-format.js';

/** Own-car data of a frame: of the one car that the relay's PC drives. */
export type OwnData = NonNullable<Frame['own']>;

/** A sender whose newest own-car data is older than this is no longer driving, in ms. */
const DRIVING_MS = 2_000;

/** Why own-car data of a relay is given to nobody. */
export type OwnRefusal =
  /** The relay's own session line has no such car, or the session has none in that slot. */
  | 'unknown_car'
  /** The relay's own session line names a different entry from the one the session has in that slot. */
  | 'other_entry'
  /** The relay's token has `cars`, and not this number. */
  | 'not_in_token'
  /** Two entries of the session have this number. */
  | 'not_unique';

/** What became of own-car data: given under a number, refused, or not used (another sender counts, or no line yet). */
export type OwnJudgement =
  | { readonly kind: 'given'; readonly carNumber: string }
  | { readonly kind: 'refused'; readonly reason: OwnRefusal; readonly carNumber: string | null }
  | { readonly kind: 'unused' };

/** The newest own-car data of an entry, from the sender that counts. */
export interface OwnCar {
  readonly carNumber: string;
  readonly data: OwnData;
  /** When its frame was received, on the server's clock. */
  readonly at: number;
}

interface Entry {
  readonly carNumber: string;
  readonly team: string | null;
  readonly driver: string | null;
}

/** A session line reduced to what own-car data is matched by: entries by car slot, without pace cars. */
interface Line {
  readonly entries: ReadonlyMap<number, Entry>;
  /** Numbers of more than one entry. */
  readonly shared: ReadonlySet<string>;
}

/** Whose own-car data is whose, as plain data: part of a session's image, so that a restart decides the same. */
export interface OwnImage {
  readonly primary: number | null;
  readonly session: Line | null;
  /** Each stream's own session line; `null` where it cannot be known. */
  readonly lines: ReadonlyMap<number, Line | null>;
  /** Car numbers of the token of each stream whose token names some. */
  readonly tokens: ReadonlyMap<number, readonly string[]>;
}

interface Sample {
  readonly data: OwnData;
  /** The entry that it was sent for: a line that gives its slot to another entry does not give that one the data. */
  readonly entry: Entry | null;
  readonly at: number;
  /** Whether the stream's newest frame has own-car data. */
  readonly isNewest: boolean;
}

const UNUSED: OwnJudgement = { kind: 'unused' };
const NONE_SHARED: ReadonlySet<string> = new Set();

/**
 * Decides whose own-car data goes to whom. It belongs to the relay that sent it: its number is the one in that relay's
 * own session line, and it is given only where the session has the same entry in that slot. Everything that decides is on
 * the timeline, so a recording and a restart decide as the live room did.
 */
export class OwnCars {
  #primary: number | null;
  #session: Line | null;
  readonly #lines: Map<number, Line | null>;
  readonly #tokens: Map<number, readonly string[]>;
  /** The newest own-car data of each stream. Not part of the image: it is of that moment alone. */
  readonly #samples = new Map<number, Sample>();
  /** Which stream's data was given last, by number: of two equal senders the one that counts goes on. */
  readonly #senders = new Map<string, number>();
  #now = 0;

  constructor(image: OwnImage = { primary: null, session: null, lines: new Map(), tokens: new Map() }) {
    this.#primary = image.primary;
    this.#session = image.session;
    this.#lines = new Map(image.lines);
    this.#tokens = new Map(image.tokens);
  }

  image(): OwnImage {
    return { primary: this.#primary, session: this.#session, lines: this.#lines, tokens: this.#tokens };
  }

  /** The car numbers that a stream's token names; `null` where it names none. */
  tokenOf(stream: number): readonly string[] | null {
    return this.#tokens.get(stream) ?? null;
  }

  /** Takes a note of the timeline; most say nothing of own-car data. */
  takeNote(note: Note): void {
    switch (note.note) {
      case 'opened-stream':
      case 'stream-token':
        if (note.cars) this.#tokens.set(note.stream, note.cars);
        else this.#tokens.delete(note.stream);
        break;
      case 'dropped':
        // It may have been the session line: until the next one, nobody knows whose data the stream sends. A note of an
        // older version does not say what it was.
        if ((note.kind ?? 'session') === 'session') this.#lines.set(note.stream, null);
        break;
      case 'primary':
        this.#primary = note.stream;
        this.#session = this.#lines.get(note.stream) ?? this.#session;
        break;
      default:
    }
  }

  /** Takes a record of a stream, and says what becomes of the own-car data in it. */
  take(stream: number, record: SourceRecord, receivedAt: number): OwnJudgement {
    this.#primary ??= stream;
    if (record.kind === 'session') this.#takeLine(stream, record);
    return record.kind === 'frame' ? this.#takeFrame(stream, record.own, receivedAt) : UNUSED;
  }

  /** Numbers that two entries of the session have: own-car data of these is given to nobody. The same set until it changes. */
  get sharedNumbers(): ReadonlySet<string> {
    return this.#session?.shared ?? NONE_SHARED;
  }

  /** The newest own-car data of each entry, by what the session lines say now. */
  newest(): OwnCar[] {
    const numbers = new Set<string>();
    for (const [stream, sample] of this.#samples) {
      const judged = this.#judge(stream, sample);
      if (judged.kind === 'given') numbers.add(judged.carNumber);
    }
    return [...numbers].flatMap((carNumber) => {
      const sample = this.#samples.get(this.#best(carNumber) ?? -1);
      return sample === undefined ? [] : [{ carNumber, data: sample.data, at: sample.at }];
    });
  }

  #takeLine(stream: number, line: SessionLine): void {
    const mine = this.#shared(lineOf(line));
    this.#lines.set(stream, mine);
    if (stream === this.#primary) this.#session = mine;
  }

  #takeFrame(stream: number, data: OwnData | undefined, receivedAt: number): OwnJudgement {
    this.#now = receivedAt;
    const before = this.#samples.get(stream);
    if (data === undefined) {
      if (before?.isNewest) this.#samples.set(stream, { ...before, isNewest: false });
      return UNUSED;
    }
    const entry = this.#lines.get(stream)?.entries.get(data.car) ?? null;
    const sample = { data, entry, at: receivedAt, isNewest: true };
    const judged = this.#judge(stream, sample);
    // What was refused when it came stays so, whatever later lines say.
    if (judged.kind === 'refused') this.#samples.delete(stream);
    else this.#samples.set(stream, sample);
    if (judged.kind !== 'given') return judged;
    const { carNumber } = judged;
    const counts = this.#best(carNumber) === stream;
    if (counts) this.#senders.set(carNumber, stream);
    return counts ? judged : UNUSED;
  }

  #judge(stream: number, { data: { car }, entry }: Sample): OwnJudgement {
    const line = this.#lines.get(stream) ?? null;
    const session = this.#session;
    if (line === null || session === null) return UNUSED;
    const mine = line.entries.get(car);
    const theirs = session.entries.get(car);
    const refuse = (reason: OwnRefusal): OwnJudgement => ({
      kind: 'refused',
      reason,
      carNumber: mine?.carNumber ?? null,
    });
    if (mine === undefined || theirs === undefined) return refuse('unknown_car');
    if (!isSameEntry(mine, theirs)) return refuse('other_entry');
    if (entry === null || !isSameEntry(mine, entry)) return UNUSED;
    const { carNumber } = mine;
    const named = this.#tokens.get(stream);
    if (named !== undefined && !named.includes(carNumber)) return refuse('not_in_token');
    if (line.shared.has(carNumber) || session.shared.has(carNumber)) return refuse('not_unique');
    return { kind: 'given', carNumber };
  }

  /** The sender that counts for a number; `null` where none does. */
  #best(carNumber: string): number | null {
    let best: { readonly stream: number; readonly rank: readonly number[] } | null = null;
    for (const [stream, sample] of this.#samples) {
      const judged = this.#judge(stream, sample);
      if (judged.kind !== 'given' || judged.carNumber !== carNumber) continue;
      const rank = this.#rankOf(stream, sample, carNumber);
      if (best === null || isHigher(rank, best.rank)) best = { stream, rank };
    }
    return best?.stream ?? null;
  }

  #rankOf(stream: number, { data, at, isNewest }: Sample, carNumber: string): readonly number[] {
    const isDriving = isNewest && this.#now - at <= DRIVING_MS;
    const mine = this.#lines.get(stream)?.entries.get(data.car)?.driver ?? null;
    const theirs = this.#session?.entries.get(data.car)?.driver ?? null;
    return [
      Number(isDriving),
      Number(this.#tokens.has(stream)),
      // The driver that the session has in the car; where somebody does not say, it may be theirs.
      Number(mine === null || theirs === null || mine === theirs),
      isDriving ? Number(this.#senders.get(carNumber) === stream) : at,
    ];
  }

  /** The same line is kept once, however many streams have it: a checkpoint holds it once, too. */
  #shared(line: Line): Line {
    for (const known of this.#lines.values()) if (known !== null && isSameLine(known, line)) return known;
    return line;
  }
}

/** What a refusal means, for operators. */
export function ownRefusalText(reason: OwnRefusal, carNumber: string | null): string {
  const car = carNumber === null ? 'its car' : `car ${carNumber}`;
  const because: Record<OwnRefusal, string> = {
    unknown_car: `the session has no entry in the slot of ${car}`,
    other_entry: `the relay's session line names ${car}, and the session has a different entry in that slot`,
    not_in_token: `the relay's token names cars, and not ${car}`,
    not_unique: `the number of ${car} is not unique in this session`,
  };
  return `Own-car data is given to nobody: ${because[reason]}.`;
}

function lineOf({ entries: all, teamRacing }: SessionLine): Line {
  const entries = new Map<number, Entry>();
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { car, carNumber, teamName, driver, pace } of all) {
    if (pace) continue;
    // A slot that a line names twice says nothing.
    if (entries.has(car)) shared.add(carNumber).add(entries.get(car)?.carNumber ?? carNumber);
    if (seen.has(carNumber)) shared.add(carNumber);
    seen.add(carNumber);
    const who = driver?.id ?? driver?.name ?? null;
    const team = teamName || (teamRacing === false ? who : null);
    entries.set(car, { carNumber, team, driver: who });
  }
  return { entries, shared };
}

function isSameEntry(a: Entry, b: Entry): boolean {
  return a.carNumber === b.carNumber && (a.team === null || b.team === null || a.team === b.team);
}

function isSameLine(a: Line, b: Line): boolean {
  if (a.entries.size !== b.entries.size || a.shared.size !== b.shared.size) return false;
  for (const [car, entry] of a.entries) {
    const other = b.entries.get(car);
    if (other === undefined || other.carNumber !== entry.carNumber) return false;
    if (other.team !== entry.team || other.driver !== entry.driver) return false;
  }
  return [...a.shared].every((carNumber) => b.shared.has(carNumber));
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}
