import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';

/** A question before an act that cannot be taken back. */
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
      <dialog className="keys ask" ref={dialog} aria-labelledby="ask-title" onClose={() => setQuestion(null)}>
        <h2 id="ask-title">{question?.title}</h2>
        <p>{question?.text}</p>
        <form method="dialog">
          <button type="submit" className="button">
            Leave it
          </button>
          <button type="submit" className="button primary" onClick={() => question?.onYes()}>
            {question?.yes}
          </button>
        </form>
      </dialog>
    </AskContext>
  );
}
