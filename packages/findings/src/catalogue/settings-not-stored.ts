import type { FailureMode } from './failure-mode.js';

export const SETTINGS_NOT_STORED = {
  code: 'SETTINGS_NOT_STORED',
  title: 'Settings not stored',
  meaning: 'A setting that closes something is in force, and the disk has not taken it.',
  impact:
    'Nothing now: the token is refused, the link is closed, the delay is as set, the relay is paused. After a restart before ' +
    'it is stored, the server would not know it.',
  signs: [
    'An answer has `stored: false`, with the reason in `storeError`',
    '"a setting is in force and could not be stored" in the server’s log',
  ],
  checks: [
    { what: 'room on the disk, and its inodes', how: 'df -h DATA_DIR; df -i DATA_DIR' },
    { what: 'whose the files are, and what may be done with them', how: 'ls -la DATA_DIR DATA_DIR/shows' },
  ],
  bounds: { tries: { raise: 1, clear: 1, unit: 'count', what: 'times that the disk has refused a setting' } },
  rules: [],
  causes: {
    disk_refuses: {
      title: 'The disk refuses a setting',
      meaning:
        'It is full, read-only, or the server may not write a file of DATA_DIR; the finding says which. The server tries ' +
        'again every second.',
      severity: 'warning',
      nextStep: {
        text: 'Free space on the disk of DATA_DIR, or give the server the right to write. Do not restart the server before.',
        command: 'df -h DATA_DIR',
      },
      fixes: [
        'Free space on the disk of DATA_DIR. Do not restart the server before: it stores the setting by itself.',
        'Where the finding says that the server may not write: `chown -R` DATA_DIR to the user that runs the server.',
        'If something else, such as a folder, is in the place of the file: move it away.',
        'If the server was restarted before that: revoke the token or the link again, set the delay again, pause the relay again.',
      ],
      clearsWhen: 'the disk has taken it.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode<'SETTINGS_NOT_STORED'>;
