import './free-text-list.css';
import type { PackFreeText, PackFreeTextAnswer, PackRequest } from '@okboxbox/protocol';
import { useState } from 'react';
import { Button } from '../../kit/button.js';
import { useOpsSource } from '../ops-source.js';

/**
 * The texts that people typed or relays said, each as the pack would have it: none of them is in a pack but those that are
 * ticked here. `chosen` are their keys.
 */
export function FreeTextList({
  request,
  chosen,
  onChange,
}: {
  request: PackRequest;
  chosen: readonly string[];
  onChange: (keys: readonly string[]) => void;
}) {
  const { act } = useOpsSource();
  const [texts, setTexts] = useState<readonly PackFreeText[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const list = async () => {
    try {
      const answer = await act?.<PackFreeTextAnswer>('/api/ops/support-pack/free-text', request);
      setTexts(answer?.texts ?? []);
      setProblem(null);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const toggle = (key: string, isIn: boolean) =>
    onChange(isIn ? [...chosen, key] : chosen.filter((each) => each !== key));
  return (
    <fieldset className="free-texts">
      <legend>Free text</legend>
      <p className="soft">
        Reasons of actions, names of links and scenes, and last messages of relays can hold names or passwords that no
        rule knows. They are left out, but for those that you tick here. Each is shown as it is saved; ids get another
        pseudonym in each pack.
      </p>
      {texts?.map(({ key, text, from }) => (
        <label key={key} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(key)}
            onChange={(event) => toggle(key, event.target.checked)}
          />
          <span className="free-text">{text}</span> <span className="soft">{from.join(', ')}</span>
        </label>
      ))}
      {texts?.length === 0 && <p>There is no free text for this pack.</p>}
      <p className="pack-buttons">
        <Button onClick={() => void list()}>{texts === null ? 'Show free text' : 'Show it again'}</Button>
      </p>
      {problem !== null && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
