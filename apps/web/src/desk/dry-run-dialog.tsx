import './dry-run-dialog.css';
import type { DryRun, SessionSummary } from '@okboxbox/protocol';
import { clock, SESSION_TITLES } from '@okboxbox/race-view';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../access/call.js';
import { delayLabel } from '../format.js';
import { Button } from '../kit/button.js';
import { Dialog } from '../kit/dialog.js';
import { LabelledSelect } from '../kit/labelled-field.js';
import { Progress } from '../kit/progress.js';
import { askDryRun, whyNothing } from './dry-run.js';
import { KIND_LABELS } from './kind-labels.js';
import { useDesk, useDeskWorld } from './use-desk.js';

/** Where a dry run is. */
type Run =
  | { readonly at: 'none' }
  | { readonly at: 'running'; readonly progress: number }
  | { readonly at: 'done'; readonly run: DryRun }
  | { readonly at: 'failed'; readonly because: string };

/** What the show would have aired by itself over a session of it, by its rules of now: nothing is put on air. */
export function DryRunDialog({ onClose }: { onClose: () => void }) {
  const { show } = useDeskWorld();
  const { followedSessionId } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const running = useRef<AbortController>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [state, setState] = useState<Run>({ at: 'none' });
  const sessions = useQuery({
    queryKey: ['dry-run', show],
    queryFn: async () => (await call<SessionSummary[]>('/api/sessions')).filter((each) => each.show === show),
    retry: false,
  });
  useEffect(() => {
    dialog.current?.showModal();
    return () => running.current?.abort();
  }, []);
  const list = sessions.data ?? [];
  const isListed = list.some(({ sessionId }) => sessionId === followedSessionId);
  const sessionId = chosen ?? (isListed ? followedSessionId : list[0]?.sessionId) ?? null;
  const start = async () => {
    if (sessionId === null) return;
    const abort = new AbortController();
    running.current = abort;
    setState({ at: 'running', progress: 0 });
    const onProgress = (progress: number) => setState({ at: 'running', progress });
    try {
      setState({ at: 'done', run: await askDryRun(show, sessionId, abort.signal, onProgress) });
    } catch (error) {
      setState(abort.signal.aborted ? { at: 'none' } : { at: 'failed', because: (error as Error).message });
    }
  };
  const isRunning = state.at === 'running';
  return (
    <Dialog className="dry-run" ref={dialog} aria-labelledby="dry-run-title" onClose={onClose}>
      <h2 id="dry-run-title">Dry run</h2>
      <p className="soft">What the show would have aired by itself, by its rules of now. Nothing is put on air.</p>
      {sessions.isError && <p className="bad-text">The sessions could not be read: {sessions.error.message}</p>}
      {sessions.isPending && <p className="soft">Reading the sessions …</p>}
      {sessions.isSuccess && list.length === 0 && (
        <p>The show has no session yet. One starts when a relay sends data.</p>
      )}
      <div className="dry-run-head">
        {list.length > 0 && (
          <LabelledSelect
            label="Session"
            value={sessionId ?? ''}
            onChange={(value) => {
              running.current?.abort();
              setChosen(value);
              setState({ at: 'none' });
            }}
          >
            {list.map((each) => (
              <option key={each.sessionId} value={each.sessionId}>
                {sessionLabel(each)}
              </option>
            ))}
          </LabelledSelect>
        )}
        {isRunning ? (
          <Button onClick={() => running.current?.abort()}>Cancel</Button>
        ) : (
          <Button kind="primary" disabled={sessionId === null} onClick={() => void start()}>
            Start
          </Button>
        )}
        <Button onClick={() => dialog.current?.close()}>Close</Button>
      </div>
      <div aria-live="polite">
        {isRunning && <Progress value={state.progress} label="How far the dry run has come" />}
        {state.at === 'failed' && <p className="bad-text">{state.because}</p>}
        {state.at === 'done' && <Result run={state.run} />}
      </div>
    </Dialog>
  );
}

function sessionLabel({ type, track, startedAt, status }: SessionSummary): string {
  const when = new Date(startedAt).toLocaleString([], { dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' });
  return [SESSION_TITLES[type], track, status === 'live' ? 'running' : when].filter((part) => part !== '').join(' · ');
}

function Result({ run }: { run: DryRun }) {
  const { aired, fromMs, toMs } = run;
  if (aired.length === 0) return <p>Nothing would have aired, because {whyNothing(run)}.</p>;
  const from = fromMs ?? 0;
  const spanMs = Math.max(1, (toMs ?? 0) - from);
  const shownMs = aired.reduce((sum, each) => sum + each.shownMs, 0);
  const share = Math.round((100 * shownMs) / spanMs);
  const words = `${aired.length} graphics in ${clock(spanMs)}, on screen for ${share} % of the time`;
  return (
    <>
      <p>{words}.</p>
      <div className="dry-run-strip" role="img" aria-label={words}>
        {aired.map(({ atMs, shownMs: forMs, kind, words: about }) => (
          <span
            key={atMs}
            data-kind={kind}
            title={`${clock(atMs - from)} ${about}`}
            style={{ left: `${(100 * (atMs - from)) / spanMs}%`, width: `${(100 * forMs) / spanMs}%` }}
          />
        ))}
      </div>
      <div className="dry-run-ends soft">
        <span>{clock(0)}</span>
        <span>{clock(spanMs)}</span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs a tab stop for the keyboard (WCAG 2.1.1), and the rule has no exception for it. */}
      <div className="dry-run-list" tabIndex={0}>
        <table className="desk-table">
          <thead>
            <tr>
              <th scope="col">At</th>
              <th scope="col">Kind</th>
              <th scope="col">What</th>
              <th scope="col">For</th>
            </tr>
          </thead>
          <tbody>
            {aired.map(({ atMs, shownMs: forMs, kind, words: about }) => (
              <tr key={atMs}>
                <td>{clock(atMs - from)}</td>
                <td data-kind={kind}>{KIND_LABELS[kind].short}</td>
                <td title={about}>{about}</td>
                <td>{delayLabel(forMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
