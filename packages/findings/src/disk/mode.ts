import type { FailureMode } from '../failure-mode.js';

export const MODE = {
  code: 'DISK',
  title: 'Disk full or failing',
  place: 75,
  meaning: 'The disk of DATA_DIR does not store what the server writes, or has little room left.',
  impact:
    'Viewers notice nothing at first: records wait in memory, up to 64 MiB for each session, and relays keep what is not stored. If ' +
    'the server stops meanwhile, relays send it again; what they cannot keep is lost.',
  signs: [
    '"the disk does not store timelines" in the server’s log, and "the disk stores again" when it is over',
    '`GET /api/health` says for how long the disk has refused timelines',
  ],
  checks: [
    { what: 'free space and inodes on the disk', how: 'df -h DATA_DIR; df -i DATA_DIR' },
    { what: 'what the kernel says of the disk', how: 'dmesg | tail -50' },
    { what: 'how the disk is mounted', how: 'findmnt --target DATA_DIR' },
  ],
  bounds: {
    freeBytes: {
      raise: 500_000_000,
      clear: 600_000_000,
      unit: 'bytes',
      what: 'free space below which there is a warning: a race of 24 hours takes about 1 GB',
    },
  },
  rules: [],
  causes: {
    full: {
      title: 'The disk is full',
      meaning: 'There is no room left: no space, no inode, or the quota of the user that runs the server is used up.',
      severity: 'critical',
      nextStep: {
        text: 'Free space on the disk of DATA_DIR. Do not restart the server: it stores what waits by itself.',
        command: 'df -h DATA_DIR',
      },
      fixes: [
        'Free space: old logs, packages, support packs, or other programs’ files. If another file system has room, make the disk larger.',
        'If space is free and `df -i DATA_DIR` shows no free inodes, delete small files that are not needed.',
        'Do not restart the server before that: within a second of free space it stores what waits in memory.',
        'A lower sample rate does not help: nothing is stored at any rate.',
      ],
      clearsWhen: 'the disk has stored everything for ten seconds.',
    },
    refuses: {
      title: 'The disk refuses to store',
      meaning:
        'There is room, and the disk refuses for another reason: it is read-only or failing, or a file in DATA_DIR is not writable. ' +
        'The finding says which.',
      severity: 'critical',
      nextStep: {
        text: 'Correct what the finding names: permissions, the mount, or the disk itself. Do not restart the server before that.',
        command: 'findmnt --target DATA_DIR; ls -la DATA_DIR DATA_DIR/sessions',
      },
      fixes: [
        'If this user may not write, `chown -R` DATA_DIR to the user that runs the server.',
        'If the disk is read-only, look in `dmesg` for errors, and mount it for writing again.',
        'If a folder or a link is in place of a file, move it away: the log names the session.',
        'If the disk fails to read or write (EIO), replace it. Relays send again what was not stored.',
      ],
      clearsWhen: 'the disk has stored everything for ten seconds.',
    },
    nearly_full: {
      title: 'The disk is nearly full',
      meaning: 'What is free may not be enough for a long race.',
      severity: 'warning',
      nextStep: { text: 'Free space on the disk of DATA_DIR before the next race.', command: 'df -h DATA_DIR' },
      fixes: [
        'Free space: old logs, packages, support packs, or other programs’ files.',
        'Copy sessions that are not needed here elsewhere, and delete their folders in DATA_DIR/sessions while the server is stopped.',
      ],
      clearsWhen: 'more space is free than the bound.',
    },
  },
  inconclusive: null,
} as const satisfies FailureMode;
