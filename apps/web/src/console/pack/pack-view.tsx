import './pack-view.css';
import { type ChangeEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../kit/button.js';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { useHomeSource, useOpsSource } from '../ops-source.js';
import { FindingsAgain } from './findings-again.js';
import { MakePack } from './make-pack-panel.js';
import { ManifestTable } from './manifest-table.js';
import { type HashedParts, hashedParts } from './pack-hashes.js';
import { hashLabel, pageNameOf } from './pack-labels.js';
import { isPackSource, type PackSource } from './pack-source.js';
import type { OpenedPack } from './read-pack.js';
import { SavePackPage } from './save-pack-page.js';
import { useOpenPack } from './use-open-pack.js';

/** Support packs: making one and looking into it before it is saved, or opening one; of an opened one, what is in it. */
export function PackView() {
  const source = useOpsSource();
  return (
    <div className="pack-view">
      {isPackSource(source) ? <Opened key={source.id} source={source} /> : <MakePack />}
      <OpenPack />
    </div>
  );
}

function Opened({ source: { pack } }: { source: PackSource }) {
  const hasServer = useHomeSource().at === null;
  return (
    <>
      <Panel title="What is in this pack">
        <ManifestTable manifest={pack.manifest} />
        <Hashes pack={pack} />
        {pack.problems.length > 0 && (
          <ul className="pack-problems">
            {pack.problems.map((problem) => (
              <li key={problem} className="problem">
                {problem}
              </li>
            ))}
          </ul>
        )}
        {hasServer && <SavePackPage text={pack.text} name={pageNameOf(pack.manifest)} />}
      </Panel>
      <FindingsAgain pack={pack} />
    </>
  );
}

/** Whether the parts are as the server made them. */
function Hashes({ pack: { text, manifest } }: { pack: OpenedPack }) {
  const [parts, setParts] = useState<HashedParts | null>(null);
  useEffect(() => {
    let isWanted = true;
    void hashedParts(text, manifest).then((found) => isWanted && setParts(found));
    return () => {
      isWanted = false;
    };
  }, [text, manifest]);
  if (parts === null) return null;
  return hashLabel(parts).map(({ state, words }) => (
    <p key={words} className="pack-hashes">
      <StateBadge state={state}>{words}</StateBadge>
    </p>
  ));
}

function OpenPack() {
  const { problem, openFile } = useOpenPack();
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    // The same file can be chosen again after it was corrected.
    event.target.value = '';
    if (file !== undefined) void openFile(file);
  };
  return (
    <Panel title="Open a pack">
      <p className="soft">
        Drop a support pack anywhere on the console, or choose it. It opens in the same views, on this machine alone:
        nothing is sent to the server.
      </p>
      <p className="pack-buttons">
        <input ref={input} type="file" accept=".json,application/json" hidden onChange={onChange} />
        <Button onClick={() => input.current?.click()}>Choose a file</Button>
      </p>
      {problem !== null && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </Panel>
  );
}
