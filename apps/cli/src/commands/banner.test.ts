import { expect, it } from 'vitest';
import { banner } from './banner.js';

const OPTIONS = { source: 'demo', show: 'cup' };
const CONFIG = { opsUiEnabled: true, provider: null, dataDir: '/srv/race' };
const ready = (signInCode: string | null) =>
  ({
    type: 'ready',
    url: 'http://127.0.0.1:3001',
    publicUrl: 'https://race.example',
    signInCode,
    overlayLink: signInCode && 'link-1',
  }) as const;

it('prints a sign-in link where there is one, and how long it works', () => {
  const text = banner(ready('abc'), OPTIONS, CONFIG);
  expect(text).toMatch(/Sign in \(once, for 10 minutes\) +https:\/\/race\.example\/#code=abc/);
});

it('prints the command for a link where none may be in the log, as in production', () => {
  const text = banner(ready(null), OPTIONS, CONFIG);
  expect(text).not.toContain('code=');
  expect(text).toContain('okboxbox sign-in --data /srv/race');
});

it('names no command that makes links where people sign in with an identity provider', () => {
  const provider = { jwksUrl: 'https://id.example/keys', issuer: 'https://id.example/', audience: 'okboxbox' };
  expect(banner(ready(null), OPTIONS, { ...CONFIG, provider })).not.toContain('Sign in');
});

it("prints the stage with a link that gives it OBS's picture, or where to make one", () => {
  expect(banner(ready('abc'), OPTIONS, CONFIG)).toContain('https://race.example/overlay/stage?show=cup&link=link-1');
  const text = banner(ready(null), OPTIONS, CONFIG);
  expect(text).not.toContain('/overlay/');
  expect(text).toContain("create a link on the director's desk");
});
