import './confirm-dialog.css';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';
import { Button } from '../kit/button.js';
import { Dialog } from '../kit/dialog.js';

/** A question before an action that shows viewers more, or cannot be undone. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The word on the button that does it. */
  readonly yes: string;
  readonly onYes: () => void;
}

const AskContext = createContext<(question: Question) => void>(() => undefined);

/** Asks before it does. */
export function useAsk(): (question: Question) => void {
  return useContext(AskContext);
}

/** Holds the one dialog in which the desk asks; the answer that changes nothing has the focus. */
export function Asking({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const ask = useCallback((asked: Question) => setQuestion(asked), []);
  useEffect(() => {
    if (question !== null) dialog.current?.showModal();
  }, [question]);
  return (
    <AskContext value={ask}>
      {children}
      <Dialog className="ask" ref={dialog} aria-labelledby="ask-title" onClose={() => setQuestion(null)}>
        <h2 id="ask-title">{question?.title}</h2>
        <p>{question?.text}</p>
        <form method="dialog">
          <Button type="submit">Cancel</Button>
          <Button type="submit" kind="primary" onClick={() => question?.onYes()}>
            {question?.yes}
          </Button>
        </form>
      </Dialog>
    </AskContext>
  );
}
