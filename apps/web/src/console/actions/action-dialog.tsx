import './action-dialog.css';
import type { OpsActAnswer } from '@okboxbox/protocol';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../kit/button.js';
import { Dialog } from '../../kit/dialog.js';
import { Input } from '../../kit/field.js';
import { StateBadge } from '../../kit/state-badge.js';
import { useOpsSource } from '../ops-source.js';
import { missingBecause } from '../use-ops.js';

/** Something that can be done to the running show. */
export interface Action {
  /** What the buttons that do it say. */
  readonly label: string;
  /** What is asked. */
  readonly title: string;
  /** Its call, and what that is told besides. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** How far an action has come. */
type Step =
  | { readonly kind: 'asking' }
  | { readonly kind: 'asked'; readonly would: OpsActAnswer }
  | { readonly kind: 'doing'; readonly would: OpsActAnswer }
  | { readonly kind: 'done'; readonly did: OpsActAnswer }
  | { readonly kind: 'failed'; readonly message: string };

/** Says what an action would do, asks whether it is to be done and why, and says what it has done. */
export function ActionDialog({
  action: { label, title, path, body = {} },
  onClose,
}: {
  action: Action;
  onClose: () => void;
}) {
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
      (error: Error) => isWanted && setStep({ kind: 'failed', message: failureLabel(error) }),
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
      (error: Error) => setStep({ kind: 'failed', message: failureLabel(error) }),
    );
  };

  return (
    <Dialog className="ops-action" ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <div aria-live="polite">
        <StepLabel step={step} />
      </div>
      {(step.kind === 'asked' || step.kind === 'doing') && (
        <label>
          Reason (kept in the audit)
          <Input value={because} maxLength={200} onChange={(event) => setBecause(event.target.value)} />
        </label>
      )}
      <div className="buttons">
        <Button ref={close} onClick={() => dialog.current?.close()}>
          {isOver ? 'Close' : 'Cancel'}
        </Button>
        {(step.kind === 'asked' || step.kind === 'doing') && (
          <Button kind="primary" disabled={step.kind === 'doing'} onClick={() => doIt(step.would)}>
            {label}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function StepLabel({ step }: { step: Step }): ReactNode {
  switch (step.kind) {
    case 'asking':
      return <p className="soft">Checking what this would do …</p>;
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

function failureLabel(error: Error): string {
  const missing = missingBecause(error);
  return missing.kind === 'not_there' ? 'This server cannot do this.' : missing.message;
}
