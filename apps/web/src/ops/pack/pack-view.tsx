import '../../style/ops-pack.css';
import { type ChangeEvent, useEffect, useRef, useState } from 'react';
import { StateBadge } from '../../shell/state-badge.js';
import { useOpsSource } from '../ops-source.js';
import { OpsPanel } from '../parts/panel.js';
import { FindingsAgain } from './findings-again.js';
import { MakePack } from './make-pack-panel.js';
import { ManifestTable } from './manifest-table.js';
import { type HashedParts, hashedParts } from './pack-hashes.js';
import { isPackSource, type PackSource } from './pack-source.js';
import { hashWords } from './pack-words.js';
import type { OpenedPack } from './read-pack.js';
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
  return (
    <>
      <OpsPanel title="What is in this pack">
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
      </OpsPanel>
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
  return hashWords(parts).map(({ state, words }) => (
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
    // The same file can be chosen again after it was mended.
    event.target.value = '';
    if (file !== undefined) void openFile(file);
  };
  return (
    <OpsPanel title="Open a pack">
      <p className="soft">
        Drop a support pack anywhere on the console, or choose it. It opens in the same views, on this machine alone:
        nothing is sent to the server.
      </p>
      <p className="pack-buttons">
        <input ref={input} type="file" accept=".json,application/json" hidden onChange={onChange} />
        <button type="button" className="button" onClick={() => input.current?.click()}>
          Choose a file
        </button>
      </p>
      {problem !== null && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </OpsPanel>
  );
}
