import type { OpsActAnswer } from '@okboxbox/protocol';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { StateBadge } from '../../shell/state-badge.js';
import { useOpsSource } from '../ops-source.js';
import { missingBecause } from '../polling.js';

/** Something that can be done to the running show. */
export interface Act {
  /** What the buttons that do it say. */
  readonly label: string;
  /** What is asked. */
  readonly title: string;
  /** Its call, and what that is told besides. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** How far an act has come. */
type Step =
  | { readonly kind: 'asking' }
  | { readonly kind: 'asked'; readonly would: OpsActAnswer }
  | { readonly kind: 'doing'; readonly would: OpsActAnswer }
  | { readonly kind: 'done'; readonly did: OpsActAnswer }
  | { readonly kind: 'failed'; readonly message: string };

/** Says what an act would do, asks whether it is to be done and why, and says what it has done. */
export function ActDialog({ act: { label, title, path, body = {} }, onClose }: { act: Act; onClose: () => void }) {
  const { act } = useOpsSource();
  const dialog = useRef<HTMLDialogElement>(null);
  const [step, setStep] = useState<Step>({ kind: 'asking' });
  const [because, setBecause] = useState('');
  const id = useId();
  const close = useRef<HTMLButtonElement>(null);
  const isOver = step.kind === 'done' || step.kind === 'failed';
  const asked = useRef(body);

  useEffect(() => {
    dialog.current?.showModal();
    let isWanted = true;
    act?.<OpsActAnswer>(path, { ...asked.current, dryRun: true }).then(
      (would) => isWanted && setStep({ kind: 'asked', would }),
      (error: Error) => isWanted && setStep({ kind: 'failed', message: failureWords(error) }),
    );
    return () => {
      isWanted = false;
    };
  }, [act, path]);

  // The button that was pressed is gone by then, and the focus with it.
  useEffect(() => {
    if (isOver) close.current?.focus();
  }, [isOver]);

  const doIt = (would: OpsActAnswer) => {
    setStep({ kind: 'doing', would });
    const why = because.trim();
    act?.<OpsActAnswer>(path, { ...asked.current, ...(why !== '' && { because: why }) }).then(
      (did) => setStep({ kind: 'done', did }),
      (error: Error) => setStep({ kind: 'failed', message: failureWords(error) }),
    );
  };

  return (
    <dialog className="keys ops-act" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <div aria-live="polite">
        <StepWords step={step} />
      </div>
      {(step.kind === 'asked' || step.kind === 'doing') && (
        <label>
          Why (kept in the audit)
          <input
            className="field"
            value={because}
            maxLength={200}
            onChange={(event) => setBecause(event.target.value)}
          />
        </label>
      )}
      <div className="buttons">
        <button type="button" className="button" ref={close} onClick={() => dialog.current?.close()}>
          {isOver ? 'Close' : 'Leave it'}
        </button>
        {(step.kind === 'asked' || step.kind === 'doing') && (
          <button
            type="button"
            className="button primary"
            disabled={step.kind === 'doing'}
            onClick={() => doIt(step.would)}
          >
            {label}
          </button>
        )}
      </div>
    </dialog>
  );
}

function StepWords({ step }: { step: Step }): ReactNode {
  switch (step.kind) {
    case 'asking':
      return <p className="soft">Asking the server what it would do …</p>;
    case 'asked':
    case 'doing':
      return (
        <>
          <p>{step.would.what}</p>
          <p className="soft">{step.would.undo ?? 'It cannot be undone.'}</p>
        </>
      );
    case 'done':
      return (
        <>
          <StateBadge state="ok">Done</StateBadge>
          <p>{step.did.what}</p>
          {step.did.undo !== null && <p className="soft">{step.did.undo}</p>}
        </>
      );
    case 'failed':
      return <StateBadge state="bad">{step.message}</StateBadge>;
  }
}

function failureWords(error: Error): string {
  const missing = missingBecause(error);
  return missing.kind === 'not_there' ? 'This server cannot do this.' : missing.message;
}
