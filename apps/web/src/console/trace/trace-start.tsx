import './trace-start.css';
import { TRACE_SECONDS, type TraceCondition, type TraceStarted } from '@okboxbox/protocol';
import { type FormEvent, useState } from 'react';
import { Button } from '../../kit/button.js';
import { Input, Select } from '../../kit/field.js';
import { KeyHint } from '../../kit/key-hint.js';
import { Panel } from '../../kit/panel.js';
import { Nothing } from '../../kit/states.js';
import { useKeys } from '../../kit/use-keys.js';
import { useOpsSource } from '../ops-source.js';
import { useOps } from '../use-ops.js';
import { CONDITIONS, requestOf, type TraceDraft } from './trace-labels.js';

const FIGURES = Object.keys(CONDITIONS) as TraceCondition['figure'][];

/** Starts a trace on a session: now, or armed until a figure goes above a bound. */
export function TraceStart({ sessionId, onStarted }: { sessionId?: string; onStarted: (traceId: string) => void }) {
  const source = useOpsSource();
  const sessions = useOps('sessions', {}).data?.sessions ?? [];
  const running = sessions.filter(({ status }) => status === 'live');
  const [draft, setDraft] = useState<TraceDraft>({
    sessionId: sessionId ?? '',
    durationSec: '30',
    figure: '',
    above: '',
    probe: true,
  });
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const chosen = draft.sessionId === '' && running.length === 1 ? (running[0]?.sessionId ?? '') : draft.sessionId;
  const change = (changes: Partial<TraceDraft>) => setDraft({ ...draft, ...changes });

  const { act } = source;
  const start = async () => {
    const made = requestOf({ ...draft, sessionId: chosen });
    if ('problem' in made) return setProblem(made.problem);
    if (act === null || isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      const { traceId } = await act<TraceStarted>('/api/ops/trace/start', made.request);
      onStarted(traceId);
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  useKeys((key) => {
    if (key !== 't') return false;
    void start();
    return true;
  });

  if (act === null) return null;
  return (
    <Panel title="New trace">
      {running.length === 0 && sessions.length === 0 ? (
        <Nothing>No session is running: nothing to trace.</Nothing>
      ) : (
        <form
          className="trace-start"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            void start();
          }}
        >
          <label>
            Session
            <Select value={chosen} onChange={(event) => change({ sessionId: event.target.value })}>
              <option value="">choose one</option>
              {sessions.map((session) => (
                <option key={session.sessionId} value={session.sessionId}>
                  {session.show} · {session.track} · {session.sessionId}
                </option>
              ))}
            </Select>
          </label>
          <label>
            Duration
            <span className="with-unit">
              <Input
                inputMode="numeric"
                value={draft.durationSec}
                onChange={(event) => change({ durationSec: event.target.value })}
              />
              s ({TRACE_SECONDS.least}–{TRACE_SECONDS.most})
            </span>
          </label>
          <label>
            Start
            <Select
              value={draft.figure}
              onChange={(event) => {
                const figure = event.target.value as TraceDraft['figure'];
                change({ figure, above: figure === '' ? '' : String(CONDITIONS[figure].above) });
              }}
            >
              <option value="">now</option>
              {FIGURES.map((figure) => (
                <option key={figure} value={figure}>
                  when {CONDITIONS[figure].words} is above …
                </option>
              ))}
            </Select>
          </label>
          {draft.figure !== '' && (
            <label>
              Limit
              <span className="with-unit">
                <Input
                  inputMode="decimal"
                  value={draft.above}
                  onChange={(event) => change({ above: event.target.value })}
                />
                {CONDITIONS[draft.figure].unit}
              </span>
            </label>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={draft.probe}
              onChange={(event) => change({ probe: event.target.checked })}
            />
            Send a probe: it measures every stage and the real delay. Viewers do not see it
          </label>
          <Button type="submit" kind="primary" disabled={isBusy}>
            {draft.figure === '' ? 'Start the trace' : 'Arm the trace'} <KeyHint>t</KeyHint>
          </Button>
          {problem !== null && (
            <p role="alert" className="problem">
              {problem}
            </p>
          )}
        </form>
      )}
    </Panel>
  );
}
