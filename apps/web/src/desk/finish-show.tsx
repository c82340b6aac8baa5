import './confirm-dialog.css';
import './finish-show.css';
import { hasFinished } from '@okboxbox/race-view';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { CallFailed, callText } from '../access/call.js';
import { useRace } from '../feed/use-race.js';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { Dialog } from '../kit/dialog.js';
import { Select } from '../kit/field.js';
import { saveFile } from '../kit/save-file.js';
import { type FinishChoice, finishSteps, finishWarning, RESULTS_FOR_MS } from './finish-plan.js';
import { FinishState } from './finish-state.js';
import { useDesk, useDeskWorld } from './use-desk.js';

/** Results are on air for so long where nobody chooses, in ms. */
const USUAL_MS = 60_000;

/** The end of the evening: the question that finishes the show, and the classification as a file. */
export function FinishShow() {
  const { show, store } = useDeskWorld();
  const { finish } = useDesk();
  const [isAsking, setAsking] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const save = async () => {
    setSaving(true);
    try {
      const table = await callText(`/api/shows/${show}/table.csv`);
      saveFile(`${show}.csv`, [table], 'text/csv');
      store.say('ok', `${show}.csv is saved: the classification as it is on air.`, Date.now());
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      store.say('bad', `The classification could not be saved. ${error.message}`, Date.now());
    } finally {
      setSaving(false);
    }
  };
  return (
    <div className="finish-show">
      {finish === null ? <Button onClick={() => setAsking(true)}>Finish the show…</Button> : <FinishState />}
      <Button disabled={isSaving} onClick={() => void save()}>
        {isSaving ? 'Saving…' : 'Classification as CSV'}
      </Button>
      {isAsking && <FinishDialog onClose={() => setAsking(false)} />}
    </div>
  );
}

/** Asks once: how long the results are shown, what becomes of the publishing, and says what that does and when. */
function FinishDialog({ onClose }: { onClose: () => void }) {
  const { client, live, store } = useDeskWorld();
  const desk = useDesk();
  const race = useRace(live, 1_000);
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const [forMs, setForMs] = useState<number>(USUAL_MS);
  const [publish, setPublish] = useState<FinishChoice['publish']>('leave');
  const isRunning = desk.sessionId !== null;
  const choice: FinishChoice = isRunning ? { forMs, publish } : { forMs: null, publish: 'unpublish' };
  const warning = finishWarning({ isRunning, hasFinished: race !== null && hasFinished(race) });
  useEffect(() => {
    dialog.current?.showModal();
    // The answer that changes nothing has the focus.
    cancel.current?.focus();
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const results = choice.forMs === null ? {} : { results: { forMs: choice.forMs } };
    const done = await client.call('show:finish', { ...results, publish: choice.publish });
    if (done !== null) store.say('ok', 'The show is being finished.', Date.now());
    dialog.current?.close();
  };
  return (
    <Dialog className="ask" ref={dialog} aria-labelledby="finish-title" onClose={onClose}>
      <h2 id="finish-title">Finish the show?</h2>
      <form onSubmit={(event) => void submit(event)}>
        <div className="finish-choices">
          {warning !== null && <p className="warning">{warning}</p>}
          {isRunning && (
            <>
              <label>
                Results on air for
                <Select value={forMs} onChange={(event) => setForMs(Number(event.target.value))}>
                  {RESULTS_FOR_MS.map((ms) => (
                    <option key={ms} value={ms}>
                      {delayLabel(ms)}
                    </option>
                  ))}
                </Select>
              </label>
              <label>
                Then
                <Select
                  value={publish}
                  onChange={(event) => setPublish(event.target.value === 'leave' ? 'leave' : 'unpublish')}
                >
                  <option value="leave">leave the results published</option>
                  <option value="unpublish">unpublish the show</option>
                </Select>
              </label>
            </>
          )}
          <ol>
            {finishSteps(choice, desk).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
        <Button ref={cancel} onClick={() => dialog.current?.close()}>
          Cancel
        </Button>
        <Button type="submit" kind="primary">
          Finish
        </Button>
      </form>
    </Dialog>
  );
}
