import type { DelayMode } from '@okboxbox/protocol';
import { useEffect, useRef } from 'react';
import { delayLabel } from '../format.js';
import { useAsk } from './confirm-dialog.js';
import { canPause, nextPreset } from './delay-labels.js';
import { DelaySteps } from './delay-steps.js';
import { useDesk, useDeskAt, useDeskWorld } from './use-desk.js';

/** What a director can do to the picture as a whole. */
export interface DelayActions {
  readonly set: (delayMs: number) => void;
  /** A step longer or shorter, from where the steps before it lead. */
  readonly step: (byMs: number) => void;
  /** To the next preset, up or down. */
  readonly preset: (direction: 1 | -1) => void;
  readonly pauseOrResume: () => void;
  readonly publishOrNot: () => void;
}

/** The actions on delay and publishing; going live and unpublishing are confirmed first. */
export function useDelayActions(mode: DelayMode): DelayActions {
  const { client, store } = useDeskWorld();
  const { delay, published, sessionId } = useDesk();
  const ask = useAsk();
  const say = (text: string) => store.say('ok', text, Date.now());
  const setDelay = async (delayMs: number) => {
    const done = await client.call('broadcast:delay:set', { delayMs, mode });
    if (done !== null) say(delayMs === 0 ? 'Delay: live.' : `Delay: ${delayLabel(delayMs)}.`);
    return done !== null;
  };
  const sendDelay = useRef(setDelay);
  const steps = useRef<DelaySteps>(null);
  steps.current ??= new DelaySteps((delayMs) => sendDelay.current(delayMs));
  const toldAt = useDeskAt();
  useEffect(() => {
    sendDelay.current = setDelay;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time that the desk is told of something
  useEffect(() => steps.current?.told(), [toldAt]);
  const publish = async (next: boolean) => {
    const done = await client.call('broadcast:publish', { published: next });
    if (done !== null) say(next ? 'The show is published.' : 'The show is unpublished.');
  };
  const set = (delayMs: number) => {
    if (delayMs > 0) steps.current?.go(delayMs);
    else if (delay?.delayMs !== 0) {
      ask({
        title: 'Go live?',
        text: 'Without a delay, viewers see everything as it happens, and every cue immediately.',
        yes: 'Go live',
        onYes: () => steps.current?.go(0),
      });
    }
  };
  return {
    set,
    step: (byMs) => {
      if (delay !== null && steps.current !== null) set(steps.current.next(byMs, delay.delayMs));
    },
    preset: (direction) => {
      if (delay !== null) set(nextPreset(delay.delayMs, direction));
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
        text: 'It disappears immediately from public pages, links and overlays without a token.',
        yes: 'Unpublish',
        onYes: () => void publish(false),
      });
    },
  };
}
