import { CAR_STATUSES, type CarStatus } from '@okboxbox/protocol';

/** What sims call the end of a car's race, without spaces and in small letters, by the status that it is. */
const WORDS: Readonly<Partial<Record<CarStatus, readonly string[]>>> = {
  disqualified: ['disqualified', 'dq', 'dsq', 'dnq', 'excluded'],
  retired: ['retired', 'ret', 'dnf', 'didnotfinish', 'disconnected', 'notclassified', 'nc', 'withdrawn', 'abandoned'],
  finished: ['finished', 'finishednormally', 'classified'],
  notInWorld: ['didnotstart', 'dns', 'inactive'],
};

const KNOWN: ReadonlyMap<string, CarStatus> = new Map([
  ...CAR_STATUSES.map((status) => [status.toLowerCase(), status] as const),
  ...CAR_STATUSES.flatMap((status) => (WORDS[status] ?? []).map((word) => [word, status] as const)),
  ['active', 'running'],
]);

/** The status that a word in a sim's results stands for; `null` where it is not known. */
export function statusOfWord(word: string): CarStatus | null {
  return KNOWN.get(word.toLowerCase().replace(/[^a-z]/g, '')) ?? null;
}
