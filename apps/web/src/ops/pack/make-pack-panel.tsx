import { PACK_SECTIONS, type PackSection } from '@okboxbox/protocol';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useNow } from '../../shell/use-now.js';
import { useOpsSearch } from '../ops-search.js';
import { OpsPanel } from '../parts/panel.js';
import { saveFile } from '../save-file.js';
import { useOps } from '../use-ops.js';
import { type MadePack, makePack, type PackDraft, type PackProgress, packRequestOf } from './make-pack.js';
import { ManifestTable } from './manifest-table.js';
import { missingParts, PART_WORDS, progressWords } from './pack-words.js';
import type { OpenedPack } from './read-pack.js';
import { useOpenPack } from './use-open-pack.js';

/** How long figures can be sampled for a pack, in seconds. */
const SAMPLES_S = [0, 10, 30, 60] as const;
/** Those that are not chosen by a field of their own. */
const PARTS = PACK_SECTIONS.filter((name) => name !== 'config' && name !== 'trace' && name !== 'samples');

type Making =
  | { readonly kind: 'none' }
  | { readonly kind: 'making'; readonly since: number; readonly progress: PackProgress }
  | { readonly kind: 'made'; readonly made: MadePack; readonly opened: OpenedPack }
  | { readonly kind: 'failed'; readonly message: string };

/** Makes a pack as it is chosen, shows what is in it, and only then saves it. */
export function MakePack() {
  const [search] = useOpsSearch();
  const [draft, setDraft] = useState<PackDraft>({
    sessionId: search.sessionId ?? '',
    traceId: search.traceId ?? '',
    includeConfig: true,
    without: [],
    sampleSec: 0,
  });
  const [making, setMaking] = useState<Making>({ kind: 'none' });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const make = async () => {
    const controller = new AbortController();
    abort.current?.abort();
    abort.current = controller;
    const since = Date.now();
    try {
      const tell = (progress: PackProgress) => setMaking({ kind: 'making', since, progress });
      const made = await makePack(packRequestOf(draft), tell, controller.signal);
      const { readPack } = await import('./read-pack.js');
      setMaking({ kind: 'made', made, opened: readPack(made.text) });
    } catch (error) {
      if (controller.signal.aborted) setMaking({ kind: 'none' });
      else setMaking({ kind: 'failed', message: (error as Error).message });
    }
  };

  return (
    <>
      <OpsPanel title="Export Support Pack" aside="no secret leaves in it">
        <PackForm
          draft={draft}
          onChange={setDraft}
          isBusy={making.kind === 'making'}
          onMake={() => void make()}
          onStop={() => abort.current?.abort()}
        />
        {making.kind === 'making' && <Progress {...making} sampleSec={draft.sampleSec} />}
        {making.kind === 'failed' && (
          <p role="alert" className="problem">
            {making.message}
          </p>
        )}
      </OpsPanel>
      {making.kind === 'made' && <Preview made={making.made} opened={making.opened} />}
    </>
  );
}

function PackForm({
  draft,
  onChange,
  isBusy,
  onMake,
  onStop,
}: {
  draft: PackDraft;
  onChange: (draft: PackDraft) => void;
  isBusy: boolean;
  onMake: () => void;
  onStop: () => void;
}) {
  const sessions = useOps('sessions', {}, { everyMs: 5_000 }).data?.sessions ?? [];
  const traces = useOps('traces', {}, { everyMs: 5_000 }).data?.traces ?? [];
  const change = (changes: Partial<PackDraft>) => onChange({ ...draft, ...changes });
  const toggle = (name: PackSection, isIn: boolean) =>
    change({ without: isIn ? draft.without.filter((each) => each !== name) : [...draft.without, name] });
  return (
    <form
      className="pack-form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (!isBusy) onMake();
      }}
    >
      <label>
        Of
        <select
          className="field"
          value={draft.sessionId}
          onChange={(event) => change({ sessionId: event.target.value })}
        >
          <option value="">everything</option>
          {draft.sessionId !== '' && !sessions.some(({ sessionId }) => sessionId === draft.sessionId) && (
            <option value={draft.sessionId}>{draft.sessionId}</option>
          )}
          {sessions.map((session) => (
            <option key={session.sessionId} value={session.sessionId}>
              {session.show} · {session.track} · {session.sessionId}
            </option>
          ))}
        </select>
      </label>
      <label>
        Trace
        <select className="field" value={draft.traceId} onChange={(event) => change({ traceId: event.target.value })}>
          <option value="">none</option>
          {draft.traceId !== '' && !traces.some(({ traceId }) => traceId === draft.traceId) && (
            <option value={draft.traceId}>{draft.traceId}</option>
          )}
          {traces.map(({ traceId, sessionId, state }) => (
            <option key={traceId} value={traceId}>
              {state} · {sessionId} · {traceId}
            </option>
          ))}
        </select>
      </label>
      <label>
        Sample figures
        <select
          className="field"
          value={draft.sampleSec}
          onChange={(event) => change({ sampleSec: Number(event.target.value) })}
        >
          {SAMPLES_S.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0
                ? 'no: the last 15 minutes are in it anyway'
                : `for ${seconds} s: make it happen meanwhile`}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>Parts</legend>
        {PARTS.map((name) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={!draft.without.includes(name)}
              onChange={(event) => toggle(name, event.target.checked)}
            />
            {name} <span className="soft">{PART_WORDS[name]}</span>
          </label>
        ))}
        <label className="check">
          <input
            type="checkbox"
            checked={draft.includeConfig}
            onChange={(event) => change({ includeConfig: event.target.checked })}
          />
          config <span className="soft">{PART_WORDS.config}</span>
        </label>
      </fieldset>
      <p className="pack-buttons">
        {/* Not disabled: whoever has pressed it by a key would lose the focus, and start again at the top. */}
        <button type="submit" className="button primary" aria-disabled={isBusy}>
          Make it and look into it
        </button>
        {isBusy && (
          <button type="button" className="button" onClick={onStop}>
            Stop
          </button>
        )}
      </p>
    </form>
  );
}

function Progress({ since, progress, sampleSec }: { since: number; progress: PackProgress; sampleSec: number }) {
  const now = useNow(250);
  const { words, share } = progressWords(progress, Math.max(0, now - since), sampleSec);
  return (
    <p role="status" className="pack-progress">
      {words}
      <progress max={1} {...(share !== null && { value: Math.min(1, share) })} />
    </p>
  );
}

function Preview({ made, opened }: { made: MadePack; opened: OpenedPack }) {
  const { openText } = useOpenPack();
  const missing = missingParts(opened.manifest.sections);
  return (
    <OpsPanel title="Before you save it" aside="these are the bytes that are saved">
      {missing.length > 0 && (
        <p className="problem">
          Not in it: {missing.map(({ name, because }) => `${name} (${because ?? 'no reason was given'})`).join(', ')}
        </p>
      )}
      <ManifestTable manifest={opened.manifest} />
      <p className="pack-buttons">
        <button type="button" className="button primary" onClick={() => saveFile(made.name, [made.bytes])}>
          Save {made.name}
        </button>
        <button type="button" className="button" onClick={() => void openText(made.text)}>
          Open it here
        </button>
      </p>
    </OpsPanel>
  );
}
