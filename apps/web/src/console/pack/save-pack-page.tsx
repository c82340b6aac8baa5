import { pageOfPack } from '@okboxbox/protocol';
import { useState } from 'react';
import { Button } from '../../kit/button.js';
import { saveFile } from '../../kit/save-file.js';

/** Where the server has the viewer that packs are put into. */
const VIEWER = '/admin/ops/pack-viewer.html';
const OTHERWISE = 'On any machine with Ok, Box Box: okboxbox doctor PACK.json --html FILE';

/** Saves a pack as one HTML file with the console's views in it, for those who have no server. */
export function SavePackPage({ text, name }: { text: string; name: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const save = async () => {
    try {
      saveFile(name, [await packPage(text)], 'text/html');
      setProblem(null);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <p className="pack-buttons">
        <Button onClick={() => void save()}>Save {name}</Button>
        <span className="soft">Open without a server: the HTML file shows the same views in any browser, offline.</span>
      </p>
      {problem !== null && (
        <p role="alert" className="problem">
          {problem} {OTHERWISE}
        </p>
      )}
    </>
  );
}

async function packPage(text: string): Promise<string> {
  const answer = await fetch(VIEWER).catch(() => null);
  if (answer === null) throw new Error('The server does not answer, and the viewer comes from it.');
  const page = answer.ok ? pageOfPack(await answer.text(), text) : null;
  if (page === null) throw new Error('This server has no viewer: its pages were built without it.');
  return page;
}
