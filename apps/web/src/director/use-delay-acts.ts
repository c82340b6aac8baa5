import type { DelayMode } from '@okboxbox/protocol';
import { delayWords } from '../format.js';
import { useAsk } from './confirm-dialog.js';
import { useDesk, useDeskWorld } from './use-desk.js';

/** What a director can do to the picture as a whole. */
export interface DelayActs {
  readonly set: (delayMs: number) => void;
  readonly pauseOrResume: () => void;
  readonly publishOrNot: () => void;
}

/** The acts on delay and publishing; what opens everything at once, or closes it, is asked for first. */
export function useDelayActs(mode: DelayMode): DelayActs {
  const { client, store } = useDeskWorld();
  const { delay, published } = useDesk();
  const ask = useAsk();
  const say = (text: string) => store.say('ok', text, Date.now());
  const setDelay = async (delayMs: number) => {
    const done = await client.call('broadcast:delay:set', { delayMs, mode });
    if (done !== null) say(delayMs === 0 ? 'Delay: live.' : `Delay: ${delayWords(delayMs)}.`);
  };
  const publish = async (next: boolean) => {
    const done = await client.call('broadcast:publish', { published: next });
    if (done !== null) say(next ? 'The show is published.' : 'The show is withdrawn.');
  };
  return {
    set: (delayMs) => {
      if (delayMs > 0) void setDelay(delayMs);
      else if (delay?.delayMs !== 0 || delay === null) {
        ask({
          title: 'Go live?',
          text: 'Without a delay the public sees everything the moment it happens, and every cue at once.',
          yes: 'Go live',
          onYes: () => void setDelay(0),
        });
      }
    },
    pauseOrResume: () => {
      const isPaused = delay?.state === 'paused';
      void client.call(isPaused ? 'broadcast:resume' : 'broadcast:pause', {}).then((done) => {
        if (done !== null) say(isPaused ? 'The picture goes on.' : 'The picture is paused.');
      });
    },
    publishOrNot: () => {
      if (!published) {
        void publish(true);
        return;
      }
      ask({
        title: 'Withdraw the show?',
        text: 'Everybody who watches without a right sees it go at once: public pages, links and overlays without a token.',
        yes: 'Withdraw',
        onYes: () => void publish(false),
      });
    },
  };
}
