import { CAR_STATUSES, type CarStatus } from './vocabulary.js';

/** How a status is written: in a narrow column or on air, and in a sentence. */
export interface StatusTerm {
  /** Up to five capital letters. */
  readonly short: string;
  /** In small letters, to stand after the name of a car. */
  readonly label: string;
}

/** The words for every status: pages, overlays and the command line all take theirs from here. */
export const STATUS_TERMS: Readonly<Record<CarStatus, StatusTerm>> = {
  running: { short: 'RUN', label: 'running' },
  pit: { short: 'PIT', label: 'in the pits' },
  outLap: { short: 'OUT', label: 'on its out lap' },
  slow: { short: 'SLOW', label: 'slow' },
  stopped: { short: 'STOP', label: 'stopped' },
  retired: { short: 'RET', label: 'retired' },
  finished: { short: 'FIN', label: 'finished' },
  notInWorld: { short: 'GONE', label: 'gone from the track' },
  disqualified: { short: 'DSQ', label: 'disqualified' },
};

/** What is known of a word that a sim's results have for a status. */
export interface OfficialTerm {
  /** The status that the word stands for. */
  readonly status: CarStatus;
  /** The word's own short form, such as `DNF`; `null` where it has none but the status's. */
  readonly short: string | null;
}

/** What sims call the end of a car's race, without spaces and in small letters. */
const TERMS: readonly (OfficialTerm & { readonly words: readonly string[] })[] = [
  { status: 'disqualified', short: 'DSQ', words: ['disqualified', 'dq', 'dsq', 'excluded'] },
  { status: 'disqualified', short: 'DNQ', words: ['dnq'] },
  { status: 'retired', short: 'RET', words: ['retired', 'ret', 'abandoned'] },
  { status: 'retired', short: 'DNF', words: ['dnf', 'didnotfinish'] },
  { status: 'retired', short: 'NC', words: ['nc', 'notclassified'] },
  { status: 'retired', short: 'WD', words: ['withdrawn'] },
  { status: 'retired', short: null, words: ['disconnected'] },
  { status: 'finished', short: 'FIN', words: ['finished', 'finishednormally', 'classified'] },
  { status: 'notInWorld', short: 'DNS', words: ['dns', 'didnotstart'] },
  { status: 'notInWorld', short: null, words: ['inactive'] },
  { status: 'running', short: null, words: ['active'] },
];

const KNOWN: ReadonlyMap<string, OfficialTerm> = new Map([
  ...CAR_STATUSES.map((status) => [status.toLowerCase(), { status, short: STATUS_TERMS[status].short }] as const),
  ...TERMS.flatMap(({ words, status, short }) => words.map((word) => [word, { status, short }] as const)),
]);

/** What a word of a sim's results stands for, however it is written; `null` where it is not known. */
export function officialTerm(word: string): OfficialTerm | null {
  return KNOWN.get(word.toLowerCase().replace(/[^a-z]/g, '')) ?? null;
}

/** Statuses of a car whose race is over: here the word of the results says how it ended. */
const RACE_IS_OVER: ReadonlySet<CarStatus> = new Set(['retired', 'finished', 'notInWorld', 'disqualified']);

/**
 * The short form for a car, such as `DNF`: that of the word of the results where it is known and the car's race is over,
 * otherwise that of the status. A word that names another end than a disqualification does not hide one.
 */
export function shortStatus(status: CarStatus, officialStatus: string | null): string {
  const own = STATUS_TERMS[status].short;
  const term = officialStatus === null ? null : officialTerm(officialStatus);
  if (term === null || term.short === null || !RACE_IS_OVER.has(status) || !RACE_IS_OVER.has(term.status)) return own;
  if (status === 'disqualified' && term.status !== 'disqualified') return own;
  // A car that is seen to be away, or to have retired, has not finished, whatever word the results keep for the others.
  return term.status === 'finished' ? own : term.short;
}

/**
 * The word of the results, where it says more than the status does: one that is not known, that stands for another status,
 * or that tells a kind of it (`DNF` of a retired car). `null` where it says the same, or only that the car races.
 */
export function officialRemark(status: CarStatus, officialStatus: string | null): string | null {
  if (officialStatus === null) return null;
  const term = officialTerm(officialStatus);
  if (term === null) return officialStatus;
  if (term.status === 'running') return null;
  return term.status === status && term.short === STATUS_TERMS[status].short ? null : officialStatus;
}
