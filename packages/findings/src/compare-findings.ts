import type { Finding } from '@okboxbox/protocol';

/** What two looks at the same agree on, and what only one of them has found. */
export interface Comparison {
  readonly areSame: boolean;
  readonly onlyFirst: readonly Finding[];
  readonly onlySecond: readonly Finding[];
}

/** Holds findings against one another, by what is wrong and of what; words may differ from version to version. */
export function compareFindings(first: readonly Finding[], second: readonly Finding[]): Comparison {
  const only = (these: readonly Finding[], those: readonly Finding[]) => {
    const known = new Set(those.map(findingKey));
    return these.filter((each) => !known.has(findingKey(each)));
  };
  const onlyFirst = only(first, second);
  const onlySecond = only(second, first);
  return { areSame: onlyFirst.length + onlySecond.length === 0, onlyFirst, onlySecond };
}

/** The same for findings of the same cause in the same thing. */
export function findingKey({ code, cause, scope }: Pick<Finding, 'code' | 'cause' | 'scope'>): string {
  return JSON.stringify([code, cause, scope.sessionId, scope.show, scope.relayId, scope.detector]);
}
