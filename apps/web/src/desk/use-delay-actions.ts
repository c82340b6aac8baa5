import type { DelayMode, Picture } from '@okboxbox/protocol';
import { useEffect, useRef } from 'react';
import { delayLabel } from '../format.js';
import { useAsk } from './confirm-dialog.js';
import { canPause, nextPreset, PICTURE_LABELS, PRESETS_MS, pictureDelay } from './delay-labels.js';
import { DelaySteps } from './delay-steps.js';
import { useDesk, useDeskAt, useDeskWorld } from './use-desk.js';

/** What a director can do to the delay of a picture; all figures in ms, the public picture's on top of the graphics'. */
export interface DelayActions {
  readonly set: (picture: Picture, ms: number) => void;
  /** A step longer or shorter, from where the steps before it lead. */
  readonly step: (picture: Picture, byMs: number) => void;
  /** To the next preset, up or down. */
  readonly preset: (picture: Picture, direction: 1 | -1) => void;
  readonly pauseOrResume: () => void;
  readonly publishOrNot: () => void;
}

/** What is asked before a picture has no delay of its own any more. */
const QUESTIONS = {
  graphics: {
    title: 'Go live?',
    text: 'Without a delay, the graphics show everything as it happens, and every cue immediately.',
    yes: 'Go live',
  },
  public: {
    title: 'Show the public what the graphics show?',
    text: 'Without an extra delay, public pages are as far behind as the graphics: ahead of the stream.',
    yes: 'Remove the extra delay',
  },
} as const;

/** The actions on delays and publishing; what would show more at once is confirmed first. */
export function useDelayActions(mode: DelayMode): DelayActions {
  const { client, store } = useDeskWorld();
  const { delay, published, sessionId } = useDesk();
  const ask = useAsk();
  const say = (text: string) => store.say('ok', text, Date.now());
  const steps = { graphics: useDelaySteps('graphics', mode), public: useDelaySteps('public', mode) };
  const publish = async (next: boolean) => {
    const done = await client.call('broadcast:publish', { published: next });
    if (done !== null) say(next ? 'The show is published.' : 'The show is unpublished.');
  };
  const set = (picture: Picture, ms: number) => {
    if (ms > 0) steps[picture].go(ms);
    else if (delay === null || pictureDelay(delay, picture).setMs !== 0) {
      ask({ ...QUESTIONS[picture], onYes: () => steps[picture].go(0) });
    }
  };
  return {
    set,
    step: (picture, byMs) => {
      if (delay !== null) set(picture, steps[picture].next(byMs, pictureDelay(delay, picture).setMs));
    },
    preset: (picture, direction) => {
      if (delay !== null) set(picture, nextPreset(pictureDelay(delay, picture).setMs, direction, PRESETS_MS[picture]));
    },
    pauseOrResume: () => {
      if (!canPause({ delay, sessionId })) {
        store.say('bad', 'No session is running: there is nothing to pause.', Date.now());
        return;
      }
      const isPaused = delay?.state === 'paused';
      void client.call(isPaused ? 'broadcast:resume' : 'broadcast:pause', {}).then((done) => {
        if (done !== null) say(isPaused ? 'The picture continues.' : 'The picture is paused.');
      });
    },
    publishOrNot: () => {
      if (!published) {
        void publish(true);
        return;
      }
      ask({
        title: 'Unpublish the show?',
        text: 'It disappears immediately from public pages, links and overlays without a link.',
        yes: 'Unpublish',
        onYes: () => void publish(false),
      });
    },
  };
}

/** The calls that set a picture's delay, one at a time. */
function useDelaySteps(picture: Picture, mode: DelayMode): DelaySteps {
  const { client, store } = useDeskWorld();
  const toldAt = useDeskAt();
  const send = async (ms: number) => {
    const figure = picture === 'graphics' ? { delayMs: ms } : { publicExtraMs: ms };
    const done = await client.call('broadcast:delay:set', { ...figure, mode });
    const { name, figure: word } = PICTURE_LABELS[picture];
    if (done !== null)
      store.say('ok', `${name}: ${ms === 0 ? `no ${word}` : `${word} ${delayLabel(ms)}`}.`, Date.now());
    return done !== null;
  };
  const newest = useRef(send);
  const steps = useRef<DelaySteps>(null);
  steps.current ??= new DelaySteps((ms) => newest.current(ms));
  useEffect(() => {
    newest.current = send;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs again with each message of the desk; the time of the message is only how that is noticed
  useEffect(() => steps.current?.told(), [toldAt]);
  return steps.current;
}
