import { useEffect, useState } from 'react';
import { Button } from './button.js';

/** How long the button says that it has copied, in ms. */
const SAID_MS = 2_000;

/** Puts a text on the clipboard, and says whether that worked: a page without a secure address may not. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState<'copied' | 'refused' | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('copied');
    } catch {
      setSaid('refused');
    }
  };
  return (
    <Button aria-label={`Copy ${what}`} onClick={() => void copy()}>
      {said === 'copied' ? 'Copied' : said === 'refused' ? 'Copy failed: select the text' : 'Copy'}
    </Button>
  );
}
