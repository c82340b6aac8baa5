import { describe, expect, it } from 'vitest';
import { followLabel, isMainFeedLost } from './session-labels.js';

const session = (...relays: { relayId: string; isConnected: boolean }[]) => ({
  sessionId: 'sess_1',
  track: 'Monza',
  type: 'race' as const,
  startedAt: 1,
  lastFrameAt: null,
  relays,
});
const mainFeed = { relayId: 'rig', isMarked: false };

describe('the session of a show', () => {
  it('has lost its main feed where that feeds nothing of what runs', () => {
    expect(isMainFeedLost({ mainFeed, sessions: [session({ relayId: 'rig', isConnected: false })] })).toBe(true);
    expect(isMainFeedLost({ mainFeed, sessions: [session({ relayId: 'rig', isConnected: true })] })).toBe(false);
    expect(isMainFeedLost({ mainFeed, sessions: [] })).toBe(false);
    expect(isMainFeedLost({ mainFeed: null, sessions: [session()] })).toBe(false);
  });

  it('is described as it was chosen', () => {
    expect(followLabel({ relayId: 'rig' }, 'Monza, race')).toBe('rig is the main feed.');
    expect(followLabel({ sessionId: 'sess_1' }, 'Monza, race')).toBe('The show follows Monza, race.');
  });
});
