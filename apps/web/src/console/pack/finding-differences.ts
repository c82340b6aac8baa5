import { findingKey } from '@okboxbox/findings';
import type { Finding } from '@okboxbox/protocol';

/** How a finding made again differs from the one that the pack recorded. */
export interface FindingDifference {
  readonly kind: 'same' | 'only_recorded' | 'only_again' | 'changed';
  readonly finding: Finding;
  /** What is different, in words; empty where nothing is. */
  readonly words: string;
}

/** Compares the findings that a pack recorded with those made again from its figures; those that differ come first. */
export function findingDifferences(
  recorded: readonly Finding[],
  again: readonly Finding[],
): readonly FindingDifference[] {
  const made = new Map(again.map((finding) => [findingKey(finding), finding]));
  const known = new Set(recorded.map(findingKey));
  const of = recorded.map((finding): FindingDifference => {
    const other = made.get(findingKey(finding));
    if (other === undefined)
      return {
        kind: 'only_recorded',
        finding,
        words: 'recorded, but not found again',
      };
    const words = differenceLabel(finding, other);
    return { kind: words === '' ? 'same' : 'changed', finding, words };
  });
  const fresh = again
    .filter((finding) => !known.has(findingKey(finding)))
    .map((finding): FindingDifference => ({ kind: 'only_again', finding, words: 'found now, but not recorded' }));
  return [...fresh, ...of].sort((a, b) => Number(a.kind === 'same') - Number(b.kind === 'same'));
}

function differenceLabel(was: Finding, is: Finding): string {
  const parts = [
    was.severity === is.severity ? '' : `severity ${was.severity}, now ${is.severity}`,
    was.confidence === is.confidence ? '' : `confidence ${was.confidence}, now ${is.confidence}`,
    ...is.evidence.map(({ name, value }) => {
      const before = was.evidence.find((each) => each.name === name);
      return before === undefined || before.value === value ? '' : `${name} ${before.value}, now ${value}`;
    }),
  ];
  return parts.filter((part) => part !== '').join('; ');
}
