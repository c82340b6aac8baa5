import { expect, it } from 'vitest';
import { actSentence } from './act-sentences.js';

const sentence = (act: string, from: unknown, to: unknown) => actSentence({ at: 0, who: 'zoe', act, from, to });

it('an act is told in plain words, from what and to what', () => {
  expect(sentence('broadcast:delay:set', 10_000, 12_500)).toBe('changed the delay from 10 s to 12.5 s');
  expect(sentence('broadcast:match', 0, 8_240)).toBe('calibrated a picture: its delay from 0 s to 8.24 s');
  expect(sentence('broadcast:extra:set', 0, 5_000)).toBe(
    'changed the extra delay of the public picture from 0 s to 5 s',
  );
  expect(sentence('publish', false, true)).toBe('published the show');
  expect(sentence('broadcast:pause', 'running', 'paused')).toBe('paused the picture');
  expect(sentence('scene:delete', 'Intro', null)).toBe('deleted the scene “Intro”');
  expect(sentence('link:create', null, { kind: 'overlay', label: 'Co-stream', expiresAt: 1 })).toBe(
    'created a link to an overlay, “Co-stream”',
  );
  expect(sentence('link:revoke', { kind: 'public', label: null }, null)).toBe('revoked a link to the public page');
  expect(sentence('show:undo', { id: '1', at: 0, who: 'bo', says: 'paused the pictures' }, null)).toBe(
    'undid: bo paused the pictures',
  );
  expect(sentence('show:finish', null, { publish: 'unpublish', forMs: 30_000 })).toBe(
    'finished the show, to be unpublished after its results',
  );
  expect(sentence('show:follow', { relayId: 'a' }, { relayId: 'b', sessionId: 's' })).toBe('made b the main feed');
  expect(sentence('show:follow', { relayId: 'b' }, { relayId: 'b', sessionId: 's' })).toBe('followed the session s');
  const look = { base: 'light', colours: { ink: '#000000', soft: '#333333' }, radiusPx: null, logo: 'f00' };
  expect(sentence('show:look', null, look)).toBe(
    'changed the look of the overlays: the theme light with 2 colours and a logo of its own',
  );
  expect(sentence('show:look', look, { ...look, colours: {}, logo: null })).toBe(
    'changed the look of the overlays: the theme light',
  );
  expect(sentence('show:look', look, null)).toBe('took away the look of the overlays');
  expect(sentence('show:camera', '11', null)).toBe('asked for the next camera');
  expect(sentence('show:camera', '11', '7')).toBe('asked the camera for car 7');
});

it('a cue names its scene, what comes on and what goes, and when', () => {
  expect(sentence('broadcast:cue', null, 'Green flag tower -results picture')).toBe(
    'cued the scene “Green flag”: tower on; results off, with the picture',
  );
  expect(sentence('broadcast:cue', null, 'message now')).toBe('cued message on, at once');
});

it('an act of a newer server is shown by its name', () => {
  expect(sentence('something:new', null, null)).toBe('something:new');
});
