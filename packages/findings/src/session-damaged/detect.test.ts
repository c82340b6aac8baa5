import type { SessionLoss, UnreadableSession } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { AT, healthy, sessionLike } from '../testing/healthy-night.js';
import { sessionDamaged } from './detect.js';

const closed: UnreadableSession = {
  sessionId: 'sess_closed',
  since: AT - 60_000,
  file: '000001.seg',
  code: 'EACCES',
  because: 'this user may not read or write it (EACCES)',
};
const loss: SessionLoss = {
  since: AT - 30_000,
  bytes: 51_200,
  places: 1,
  records: 74,
  from: AT - 240_000,
  to: AT - 232_600,
  file: '000001.seg',
  because: 'a wrong checksum at byte 81920',
  isAccepted: false,
};
const look = (over: Parameters<typeof healthy>[0]) => sessionDamaged.look(healthy(over));

describe('damaged sessions', () => {
  it('are one finding each where they cannot be read, with the file and what repairs it', () => {
    const other = { ...closed, sessionId: 'sess_other', file: '', code: null, because: 'its beginning is damaged' };
    expect(look({ unreadable: [closed, other] })).toMatchObject([
      {
        code: 'SESSION_DAMAGED',
        cause: 'unreadable',
        severity: 'warning',
        since: AT - 60_000,
        scope: { sessionId: 'sess_closed' },
        because: 'The file 000001.seg: this user may not read or write it (EACCES).',
        nextStep: { text: expect.stringContaining('chown -R'), command: 'ls -la DATA_DIR/sessions/sess_closed' },
      },
      { scope: { sessionId: 'sess_other' }, nextStep: { text: expect.stringContaining('from a copy') } },
    ]);
  });

  it('are found by what they have lost, worse on air, until that is accepted', () => {
    const lost = (over: Parameters<typeof sessionLike>[0]) => look({ sessions: [sessionLike(over)] });
    expect(lost({ loss })).toMatchObject([
      {
        cause: 'records_lost',
        severity: 'warning',
        summary: 'A session has lost 74 records of 7.4 s: its timeline is damaged in 1 place.',
      },
    ]);
    expect(lost({ loss, status: 'ended' })).toMatchObject([{ severity: 'info' }]);
    expect(lost({ loss: { ...loss, records: null, to: null } })).toMatchObject([
      { summary: 'A session has lost an unknown number of records: its timeline is damaged in 1 place.' },
    ]);
    expect(lost({ loss: { ...loss, isAccepted: true } })).toEqual([]);
  });

  it('are not looked for in the pack of a version that did not know them', () => {
    expect(look({})).toEqual([]);
  });
});
