import './undo-button.css';
import { subjectOfToken } from '../access/rights-shown.js';
import { useToken } from '../access/use-token.js';
import { age } from '../format.js';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { useAsk } from './confirm-dialog.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';

/**
 * Undoes the newest act, as the desk shows it now; it asks first where that is another director's, publishes the show
 * or leaves a picture without a delay.
 */
export function useUndo(): () => void {
  const { client, store } = useDeskWorld();
  const { undo } = useDesk();
  const ask = useAsk();
  const me = subjectOfToken(useToken());
  if (undo === null) return () => store.say('bad', 'There is nothing to undo.', Date.now());
  const { id, who, says, asks } = undo;
  const take = async () => {
    const done = await client.call('show:undo', { id });
    if (done !== null) store.say('ok', `Undone: ${who} ${says}.`, Date.now());
  };
  if (!asks && who === me) return () => void take();
  return () =>
    ask({
      title: `Undo: ${who} ${says}?`,
      text: asks ? 'Viewers see more than now, or see it earlier.' : 'Another director did this.',
      yes: 'Undo',
      onYes: () => void take(),
    });
}

/** What the next undo undoes, whose act it is and how long ago, and the way to do it. */
export function UndoButton() {
  const { undo } = useDesk();
  const take = useUndo();
  const now = useServerNow(1_000);
  const act = undo === null ? 'nothing yet' : `${undo.who} ${undo.says}, ${age(now - undo.at)} ago`;
  return (
    <Button className="undo" disabled={undo === null} onClick={take} title={undo === null ? undefined : act}>
      Undo <KeyHint>z</KeyHint> <small>{act}</small>
    </Button>
  );
}
