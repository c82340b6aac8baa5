import { expect, it } from 'vitest';
import { ObsSource } from './obs-source.js';

/** A page as OBS makes it, as far as sources look at it. */
function pageIn(obs: boolean): Window & { tell: (event: string, detail: object) => void } {
  const target = new EventTarget();
  return Object.assign(target, {
    ...(obs && { obsstudio: {} }),
    tell: (event: string, detail: object) => target.dispatchEvent(new CustomEvent(event, { detail })),
  }) as never;
}

it('outside OBS nothing is known of whether a source is seen', () => {
  const source = new ObsSource(pageIn(false), () => undefined);
  expect([source.visible, source.active]).toEqual([undefined, undefined]);
});

it('in OBS it is seen until OBS says otherwise, and every change is told on', () => {
  const page = pageIn(true);
  let changes = 0;
  const source = new ObsSource(page, () => changes++);
  expect(source.visible).toBe(true);
  page.tell('obsSourceVisibleChanged', { visible: false });
  page.tell('obsSourceActiveChanged', { active: true });
  expect([source.visible, source.active, changes]).toEqual([false, true, 2]);
});
