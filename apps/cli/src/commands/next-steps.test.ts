import { ROLES } from '@okboxbox/protocol';
import { describe, expect, it } from 'vitest';
import { whereInstead } from '../ask-server.js';
import { nextSteps, type TokenAsked } from './next-steps.js';

const URL = 'https://race.example';
const steps = (asked: Partial<TokenAsked>) =>
  nextSteps({ ask: 'token', sub: 'cli', role: 'team', ttlSeconds: 60, ...asked }, URL, 1_800_000_000_000, 'jti-1');

describe('the next steps of a new token', () => {
  it.each([...ROLES])('name the real show, session and car for the role %s', (role) => {
    const text = steps({ role, shows: ['cup'], sessions: ['sess_1'], cars: ['07'] });
    for (const said of [role, 'show cup', 'session sess_1', 'car 07', URL, '2027-01-15T08:00Z', 'jti-1'])
      expect(text).toContain(said);
    expect(text).not.toMatch(/SHOW|SESSION|CAR/);
  });

  it('lead to the page that the token is for', () => {
    expect(steps({ role: 'director', shows: ['cup'] })).toContain(`${URL}/sessions/cup/director`);
    expect(steps({ shows: ['cup'], sessions: ['sess_1'] })).toContain(`${URL}/sessions/sess_1`);
    expect(steps({ role: 'ops' })).toContain(`${URL}/admin/ops`);
    expect(steps({})).toMatch(/all shows; .*\n.*https:\/\/race\.example\/$/m);
    expect(steps({ role: 'relay', shows: ['a', 'b'] })).toContain('--show a');
  });
});

describe('where a command can be run instead', () => {
  const command = 'okboxbox token --role ops';

  it('is the folder of the server that runs here', () => {
    expect(whereInstead(['/srv/race'], command)).toContain(`"${command} --data /srv/race"`);
  });

  it('is one of several folders, each as it can be typed', () => {
    const said = whereInstead(['/srv/my race', "/srv/ann's"], command);
    expect(said).toContain("'/srv/my race', '/srv/ann'\\''s'");
  });

  it('is another machine where no server runs here', () => {
    expect(whereInstead([], command)).toContain(
      `on the machine where it runs, with its data folder: "${command} --data DIR"`,
    );
  });
});
