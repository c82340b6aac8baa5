import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'SESSION_DAMAGED',
  title: 'Session damaged',
  place: 77,
  meaning: 'A session on the disk cannot be read, or a part of its timeline is damaged.',
  impact:
    'All other sessions are served. One that cannot be read is not: its relay begins another session, and nothing of its folder is ' +
    'changed. Of one that is damaged in a part, laps and results may be incomplete.',
  signs: [
    '`GET /api/health`: the check `sessions` counts both',
    '"a session cannot be read and is left out" or "records of a session are lost" in the server’s log',
  ],
  checks: [
    { what: 'owners, permissions and sizes of its files', how: 'ls -la DATA_DIR/sessions/SESSION_ID' },
    { what: 'what is lost of it', how: 'GET /api/ops/sessions (`loss`)' },
    { what: 'whether the disk has errors', how: 'dmesg | tail -50' },
  ],
  bounds: {},
  rules: [],
  causes: {
    unreadable: {
      title: 'A session cannot be read',
      meaning:
        'The server may not read its files, something else is in the place of one, or the beginning of its timeline is damaged; the ' +
        'finding says which. The session is not served, and nothing of it is deleted.',
      severity: 'warning',
      nextStep: {
        text: 'Correct what the finding names in the folder of the session: the server reads it again within 5 s.',
        command: 'ls -la DATA_DIR/sessions/SESSION_ID',
      },
      fixes: [
        'If this user may not read it: `chown -R USER DATA_DIR/sessions/SESSION_ID; chmod -R u+rwX DATA_DIR/sessions/SESSION_ID`, USER ' +
          'being the user that runs the server.',
        'If something else is in the place of a file, move it away and put the file back.',
        'If its content is damaged, restore the folder from a copy.',
        'If there is no copy, move the folder out of DATA_DIR/sessions: the finding clears, and the session stays as it is there.',
      ],
      clearsWhen: 'the session can be read, or its folder is moved away.',
    },
    records_lost: {
      title: 'Records of a session are lost',
      meaning:
        'A part of its timeline is damaged, missing, or cannot be read. Relays have released these records, since they were on the disk. ' +
        'After a start the server checks the timelines of running sessions, and of those that ended in the last seven days.',
      severity: 'warning',
      nextStep: {
        text: 'Accept the loss: in the console under Sessions, choose the session and press *Accept loss*.',
        view: 'sessions',
      },
      fixes: [
        'Find out what has damaged the file: another program, or a disk that fails (`dmesg`).',
        'If something else is in the place of a file, stop the server, move that away, put the file back, and start it.',
        'If there is a copy of the timeline and the session has ended: stop the server, put the copy of the folder in its place, and start it.',
        'Accept the loss: in the console under Sessions, choose the session and press *Accept loss*. How much is lost stays visible there.',
        'Enter results that need the lost laps by hand: they are in nobody’s records.',
      ],
      clearsWhen: 'an operator accepts the loss.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode;
