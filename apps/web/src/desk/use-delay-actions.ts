import type { DelayMode } from '@okboxbox/protocol';
import { delayLabel } from '../format.js';
import { useAsk } from './confirm-dialog.js';
import { useDesk, useDeskWorld } from './use-desk.js';

/** What a director can do to the picture as a whole. */
export interface DelayActions {
  readonly set: (delayMs: number) => void;
  readonly pauseOrResume: () => void;
  readonly publishOrNot: () => void;
}

/** The actions on delay and publishing; going live and unpublishing are confirmed first. */
export function useDelayActions(mode: DelayMode): DelayActions {
  const { client, store } = useDeskWorld();
  const { delay, published } = useDesk();
  const ask = useAsk();
  const say = (text: string) => store.say('ok', text, Date.now());
  const setDelay = async (delayMs: number) => {
    const done = await client.call('broadcast:delay:set', { delayMs, mode });
    if (done !== null) say(delayMs === 0 ? 'Delay: live.' : `Delay: ${delayLabel(delayMs)}.`);
  };
  const publish = async (next: boolean) => {
    const done = await client.call('broadcast:publish', { published: next });
    if (done !== null) say(next ? 'The show is published.' : 'The show is unpublished.');
  };
  return {
    set: (delayMs) => {
      if (delayMs > 0) void setDelay(delayMs);
      else if (delay?.delayMs !== 0 || delay === null) {
        ask({
          title: 'Go live?',
          text: 'Without a delay, viewers see everything as it happens, and every cue immediately.',
          yes: 'Go live',
          onYes: () => void setDelay(0),
        });
      }
    },
    pauseOrResume: () => {
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
