import { type FormEvent, useState } from 'react';
import { signInWith } from './sign-in.js';

/** A field for a token or the link that the server printed. */
export function SignInPanel() {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signInWith(typed).then(
      () => setProblem(null),
      (error: Error) => setProblem(error.message),
    );
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <label className="visually-hidden" htmlFor="sign-in">
        Token or sign-in link
      </label>
      <input
        id="sign-in"
        className="field"
        type="password"
        autoComplete="off"
        placeholder="Token or sign-in link"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button className="button primary" type="submit" disabled={typed.trim() === ''}>
        Sign in
      </button>
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
