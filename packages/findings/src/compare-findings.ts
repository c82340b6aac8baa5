import type { Finding } from '@okboxbox/protocol';

/** Whether two looks found the same, and what only one of them found. */
export interface Comparison {
  readonly areSame: boolean;
  readonly onlyFirst: readonly Finding[];
  readonly onlySecond: readonly Finding[];
}

/** Compares the findings of two looks by their keys; texts may differ from version to version. */
export function compareFindings(first: readonly Finding[], second: readonly Finding[]): Comparison {
  const only = (these: readonly Finding[], those: readonly Finding[]) => {
    const known = new Set(those.map(findingKey));
    return these.filter((each) => !known.has(findingKey(each)));
  };
  const onlyFirst = only(first, second);
  const onlySecond = only(second, first);
  return { areSame: onlyFirst.length + onlySecond.length === 0, onlyFirst, onlySecond };
}

/** Equal for findings of the same code and cause in the same session, show, relay or detector, whatever their sockets. */
export function findingKey({ code, cause, scope }: Pick<Finding, 'code' | 'cause' | 'scope'>): string {
  return JSON.stringify([code, cause, scope.sessionId, scope.show, scope.relayId, scope.detector]);
}
