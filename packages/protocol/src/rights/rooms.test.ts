import { expect, it } from 'vitest';
import { liveRoom } from './rooms.js';

it('RGT-6: the room of a session is named as the runbook names it', () => {
  expect(liveRoom('sess_1')).toBe('session:sess_1');
});
