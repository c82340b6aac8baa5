import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'SETTINGS_NOT_STORED',
  title: 'Settings not stored',
  place: 80,
  meaning: 'A setting that restricts access is in force, and could not be stored on disk.',
  impact:
    'Nothing now: the token is refused, the link is closed, the delay is as set, the relay is paused. If the server restarts ' +
    'before it is stored, the setting is lost.',
  signs: [
    'An answer has `stored: false`, with the reason in `storeError`',
    '"a setting is in force and could not be stored" in the server’s log',
  ],
  checks: [
    { what: 'free space and inodes on the disk', how: 'df -h DATA_DIR; df -i DATA_DIR' },
    { what: 'owners and permissions of the files', how: 'ls -la DATA_DIR DATA_DIR/shows' },
  ],
  bounds: { tries: { raise: 1, clear: 1, unit: 'count', what: 'failed attempts to store a setting' } },
  rules: [],
  causes: {
    disk_refuses: {
      title: 'The disk does not store a setting',
      meaning:
        'It is full or read-only, or the server lacks permission to write a file in DATA_DIR; the finding says which. The server tries ' +
        'again every second.',
      severity: 'warning',
      nextStep: {
        text: 'Free space on the disk of DATA_DIR, or give the server write permission. Do not restart the server before that.',
        command: 'df -h DATA_DIR',
      },
      fixes: [
        'Free space on the disk of DATA_DIR. Do not restart the server before that: it stores the setting by itself.',
        'If the finding says that permission is missing, `chown -R` DATA_DIR to the user that runs the server.',
        'If something else, such as a folder, is in place of the file, move it away.',
        'If the server was restarted before that, revoke the token or link, set the delay, or pause the relay again.',
      ],
      clearsWhen: 'the setting is stored.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode;
