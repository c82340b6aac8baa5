import './finish-show.css';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { StateBadge } from '../kit/state-badge.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';

/** While the show is being finished: what comes and when, and the way to stop it. */
export function FinishState() {
  const { client, store } = useDeskWorld();
  const { finish } = useDesk();
  const now = useServerNow(250);
  if (finish === null) return null;
  const what = finish.publish === 'unpublish' ? 'Unpublished' : 'Results over';
  const leftS = finish.endsAt === null ? null : Math.max(0, Math.ceil((finish.endsAt - now) / 1_000));
  const when = leftS === null ? 'when the picture continues' : `in ${delayLabel(leftS * 1_000)}`;
  const cancel = async () => {
    const done = await client.call('show:finish', { cancel: true });
    if (done !== null) store.say('ok', 'The show goes on. What is on air stays.', Date.now());
  };
  return (
    <span className="finish-state">
      <StateBadge state="warn">{`${what} ${when}`}</StateBadge>
      <Button size="small" onClick={() => void cancel()}>
        Cancel<span className="visually-hidden"> the end of the show</span>
      </Button>
    </span>
  );
}
