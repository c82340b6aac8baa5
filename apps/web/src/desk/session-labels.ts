import type { DeskState } from '@okboxbox/protocol';

/** Whether the main feed feeds none of the show's running sessions, while there are some. */
export function isMainFeedLost({ sessions, mainFeed }: Pick<DeskState, 'sessions' | 'mainFeed'>): boolean {
  if (mainFeed === null || sessions.length === 0) return false;
  return !sessions.some(({ relays }) =>
    relays.some(({ relayId, isConnected }) => isConnected && relayId === mainFeed.relayId),
  );
}

/** What came of a choice. */
export function followLabel(choice: { sessionId: string } | { relayId: string }, name: string): string {
  return 'relayId' in choice ? `${choice.relayId} is the main feed.` : `The show follows ${name}.`;
}
