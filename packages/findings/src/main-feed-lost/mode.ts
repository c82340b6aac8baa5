import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'MAIN_FEED_LOST',
  title: 'Main feed lost',
  place: 60,
  meaning:
    'The relay that a show follows, its main feed, sends nothing, while other relays do. The show stays on its session and ' +
    'continues by itself when the main feed opens its next one.',
  impact:
    'If other relays feed the same session, nobody notices until the next session begins: the show does not follow it ' +
    'there. If they feed other sessions, viewers see a picture that does not move.',
  signs: [
    'The picture does not move while a session of the same show continues',
    'The desk names a main feed that is not connected',
    'The race has begun, and the show is still on qualifying',
  ],
  checks: [
    { what: 'which session the show follows, and which others are live', how: 'the desk of the show, *Session*' },
    { what: 'when the main feed disconnected, and why', how: 'GET /api/ops/events?type=relay' },
    { what: 'which relays feed which session', how: 'GET /api/ops/sessions' },
  ],
  bounds: {
    goneMs: { raise: 10_000, clear: 0, unit: 'ms', what: 'how long the main feed has not fed the show' },
  },
  rules: [],
  causes: {
    others_keep_it_going: {
      title: 'Other relays keep the session live',
      meaning: 'The main feed has disconnected, and another relay feeds the same session. Viewers notice nothing yet.',
      severity: 'warning',
      nextStep: {
        text: 'Start the main feed again. If it will not come back, make another relay the main feed before the next session.',
        view: 'sessions',
      },
      fixes: [
        'Start the relay of the main feed again. It rejoins the session, and the finding clears.',
        'If it will not come back: in the console under Sessions, choose the session and press *Make main feed* at its relay; on the desk, ' +
          'press *Make … the main feed* under *Session*.',
      ],
      clearsWhen: 'the main feed feeds the show again, or another relay is made the main feed.',
    },
    others_run_elsewhere: {
      title: 'The show does not move while other sessions are live',
      meaning:
        'No relay feeds the session that the show follows, and other relays feed other sessions of it: test drives, or the race ' +
        'from a PC whose relay has a new name.',
      severity: 'critical',
      nextStep: {
        text: 'Choose what the show should follow: the session of the race, or its relay as the main feed.',
        view: 'sessions',
      },
      fixes: [
        'If one of the other sessions is the race: in the console under Sessions, choose it and press *Make main feed* at its relay; on the ' +
          'desk, press *Make … the main feed* under *Session*.',
        'If they are test drives: start the relay of the main feed again. Test drives are not public meanwhile.',
      ],
      clearsWhen: 'the session that the show follows is fed again, or the show follows another one.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode;
