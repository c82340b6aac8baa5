import './sign-in-panel.css';
import { type FormEvent, useEffect, useId, useState } from 'react';
import { signInWith } from '../access/sign-in.js';
import { Button } from './button.js';
import { Input } from './field.js';

const listeners = new Set<() => void>();
let shown = 0;

function changeShown(by: 1 | -1): void {
  shown += by;
  for (const listener of listeners) listener();
}

/** How many fields to sign in with the page shows now. */
export const panelsShown = (): number => shown;

/** Calls back when that number changes; returns how to stop. */
export function onPanelsChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A field for a token or the link that the server printed. */
export function SignInPanel() {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    changeShown(1);
    return () => changeShown(-1);
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signInWith(typed).then(
      () => setProblem(null),
      (error: Error) => setProblem(error.message),
    );
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <label className="visually-hidden" htmlFor={id}>
        Token or sign-in link
      </label>
      <Input
        id={id}
        type="password"
        autoComplete="off"
        placeholder="Token or sign-in link"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button kind="primary" type="submit" disabled={typed.trim() === ''}>
        Sign in
      </Button>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
