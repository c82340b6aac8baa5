import { type LookChanged, type ShowLook, THEMES } from '@okboxbox/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FeedStore } from '../../feed/feed-store.js';
import { type Look, USUAL_LOOK } from '../define-overlay.js';
import { wearShowLook } from './show-look.js';

const LOOK: ShowLook = { base: 'light', colours: { accent: '#00594c' }, radiusPx: null, logo: null };
const of = (look: ShowLook | null): LookChanged => ({ show: 'local', look });

let store: FeedStore;
let worn: Look[];
let asked: string[];
let answer: () => Promise<string>;
let end: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  store = new FeedStore('broadcast');
  worn = [];
  asked = [];
  answer = async () => 'data:logo';
  end = wearShowLook(store, { wear: (look) => worn.push(look) }, (show, hash) => {
    asked.push(`${show} ${hash}`);
    return answer();
  });
});
afterEach(() => {
  end();
  vi.useRealTimers();
});
const settled = () => vi.advanceTimersByTimeAsync(0);

it('an overlay wears each look that the show has, once, and the usual theme again where that is taken away', async () => {
  store.setLook(of(LOOK));
  store.setLook(of({ ...LOOK }));
  store.connect({ state: 'live' });
  store.setLook(of(null));
  await settled();
  const theme = { colours: { ...THEMES.light.colours, accent: '#00594c' }, radiusPx: 8 };
  expect(worn).toEqual([{ theme, logo: null }, USUAL_LOOK]);
  expect(asked).toEqual([]);
});

it('a logo comes when it is loaded, and is asked for again where it cannot be', async () => {
  answer = async () => Promise.reject(new Error('The server answered 503.'));
  store.setLook(of({ ...LOOK, logo: 'one' }));
  await settled();
  expect(worn.map(({ logo }) => logo)).toEqual([null]);
  answer = async () => 'data:logo';
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toEqual(['local one', 'local one']);
  expect(worn.map(({ logo }) => logo)).toEqual([null, 'data:logo']);
});

it('a logo that comes late does not replace the look after it', async () => {
  let come: (address: string) => void = () => undefined;
  answer = () =>
    new Promise((resolve) => {
      come = resolve;
    });
  store.setLook(of({ ...LOOK, logo: 'one' }));
  store.setLook(of(null));
  come('data:late');
  await settled();
  expect(worn.map(({ logo }) => logo)).toEqual([null, null]);
});

it('nothing is worn or asked for once it has ended', async () => {
  answer = async () => Promise.reject(new Error('The server answered 503.'));
  store.setLook(of({ ...LOOK, logo: 'one' }));
  await settled();
  end();
  await vi.advanceTimersByTimeAsync(20_000);
  store.setLook(of(null));
  expect(asked).toHaveLength(1);
  expect(worn).toHaveLength(1);
});
