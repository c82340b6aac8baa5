import { feedBeat, feedResync, overlayReport, sessionJoin, sessionLeave } from '@okboxbox/protocol';
import { z } from 'zod';
import { declareSocketCalls } from '../../sockets/calls.js';

/** What a viewer calls, in the namespace `/`. */
export const VIEWER_CALLS = declareSocketCalls({
  join: {
    event: 'session:join',
    about:
      'Joins a session, or a show and each next session of it. The answer has the whole state; `feed` messages follow with ' +
      'the changes. The audience `live` needs `session:live`; `broadcast` needs a published show, or a token or link that ' +
      'opens its picture.',
    right: 'session:live',
    input: sessionJoin,
    answer: 'Joined',
  },
  leave: {
    event: 'session:leave',
    about: 'Leaves a session.',
    right: null,
    input: sessionLeave,
    answer: 'SessionLeft',
  },
  resync: {
    event: 'feed:resync',
    about: 'Asks for what was missed since a position of the feed. The answer has the changes or the whole state.',
    right: null,
    input: feedResync,
    answer: 'Resynced',
  },
  beat: {
    event: 'feed:beat',
    about:
      'Every two seconds: the newest instant that the client shows. Shown to operators, who so notice a dead or slow ' +
      'connection. A connection that gets neither feed nor answer is dead: connect again within `retrySpreadMs`.',
    right: null,
    input: feedBeat,
    answer: 'FeedBeatAnswer',
  },
  report: {
    event: 'overlay:report',
    about: 'How an output does, every few seconds. Shown to directors and operators; decides nothing.',
    right: null,
    input: overlayReport,
    answer: 'Nothing',
  },
  wrongNamespace: {
    event: 'relay:hello',
    about: 'Always refused here: relays connect to the namespace `/relay`.',
    right: null,
    input: z.unknown(),
    answer: 'Nothing',
  },
});
