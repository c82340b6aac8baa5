import type { Suggestion } from '@okboxbox/race-view';

/** Keys that suggestions are put on air with. */
const SUGGESTION_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Which key puts which suggestion on air, by the suggestion's id. */
export type KeysOfSuggestions = ReadonlyMap<string, string>;

/**
 * Gives the most important suggestions their keys: each keeps its own for as long as it is among them, so that a list that
 * changes under the director's hand puts nothing else on air.
 * @param suggestions the most important first
 */
export function keysOf(suggestions: readonly Suggestion[], before: KeysOfSuggestions): KeysOfSuggestions {
  const first = suggestions.slice(0, SUGGESTION_KEYS.length);
  const keys = new Map<string, string>();
  for (const { id } of first) {
    const kept = before.get(id);
    if (kept !== undefined) keys.set(id, kept);
  }
  const taken = new Set(keys.values());
  const free = SUGGESTION_KEYS.filter((key) => !taken.has(key));
  for (const { id } of first) if (!keys.has(id)) keys.set(id, free.shift() ?? '');
  return keys;
}
