import './make-pack-panel.css';
import { PACK_SECTIONS, type PackSection } from '@okboxbox/protocol';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useNow } from '../../feed/use-now.js';
import { Button } from '../../kit/button.js';
import { Select } from '../../kit/field.js';
import { Panel } from '../../kit/panel.js';
import { Progress as Meter } from '../../kit/progress.js';
import { saveFile } from '../../kit/save-file.js';
import { useOpsSearch } from '../ops-search.js';
import { useOps } from '../use-ops.js';
import { FreeTextList } from './free-text-list.js';
import { type MadePack, makePack, type PackDraft, type PackProgress, packRequestOf } from './make-pack.js';
import { ManifestTable } from './manifest-table.js';
import { missingParts, PART_LABELS, progressLabel } from './pack-labels.js';
import type { OpenedPack } from './read-pack.js';
import { SavePackPage } from './save-pack-page.js';
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
    freeTexts: [],
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
      <Panel title="Export Support Pack" aside="without secrets">
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
      </Panel>
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
        Scope
        <Select value={draft.sessionId} onChange={(event) => change({ sessionId: event.target.value })}>
          <option value="">everything</option>
          {draft.sessionId !== '' && !sessions.some(({ sessionId }) => sessionId === draft.sessionId) && (
            <option value={draft.sessionId}>{draft.sessionId}</option>
          )}
          {sessions.map((session) => (
            <option key={session.sessionId} value={session.sessionId}>
              {session.show} · {session.track} · {session.sessionId}
            </option>
          ))}
        </Select>
      </label>
      <label>
        Trace
        <Select value={draft.traceId} onChange={(event) => change({ traceId: event.target.value })}>
          <option value="">none</option>
          {draft.traceId !== '' && !traces.some(({ traceId }) => traceId === draft.traceId) && (
            <option value={draft.traceId}>{draft.traceId}</option>
          )}
          {traces.map(({ traceId, sessionId, state }) => (
            <option key={traceId} value={traceId}>
              {state} · {sessionId} · {traceId}
            </option>
          ))}
        </Select>
      </label>
      <label>
        Sample figures
        <Select value={draft.sampleSec} onChange={(event) => change({ sampleSec: Number(event.target.value) })}>
          {SAMPLES_S.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0
                ? 'no: the last 15 minutes are included anyway'
                : `for ${seconds} s: reproduce the problem meanwhile`}
            </option>
          ))}
        </Select>
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
            {name} <span className="soft">{PART_LABELS[name]}</span>
          </label>
        ))}
        <label className="check">
          <input
            type="checkbox"
            checked={draft.includeConfig}
            onChange={(event) => change({ includeConfig: event.target.checked })}
          />
          config <span className="soft">{PART_LABELS.config}</span>
        </label>
      </fieldset>
      <FreeTextList
        request={packRequestOf({ ...draft, freeTexts: [] })}
        chosen={draft.freeTexts}
        onChange={(freeTexts) => change({ freeTexts })}
      />
      <p className="pack-buttons">
        {/* Not disabled: a keyboard user who pressed it would lose the focus and start again at the top. */}
        <Button type="submit" kind="primary" aria-disabled={isBusy}>
          Create and preview
        </Button>
        {isBusy && <Button onClick={onStop}>Stop</Button>}
      </p>
    </form>
  );
}

function Progress({ since, progress, sampleSec }: { since: number; progress: PackProgress; sampleSec: number }) {
  const now = useNow(250);
  const { words, share } = progressLabel(progress, Math.max(0, now - since), sampleSec);
  return (
    <p role="status" className="pack-progress">
      {words}
      <Meter label="How far the pack is" value={share === null ? null : Math.min(1, share)} />
    </p>
  );
}

function Preview({ made, opened }: { made: MadePack; opened: OpenedPack }) {
  const { openText } = useOpenPack();
  const missing = missingParts(opened.manifest.sections);
  return (
    <Panel title="Preview" aside="exactly what is saved">
      {missing.length > 0 && (
        <p className="problem">
          Missing: {missing.map(({ name, because }) => `${name} (${because ?? 'no reason was given'})`).join(', ')}
        </p>
      )}
      <ManifestTable manifest={opened.manifest} />
      <p className="pack-buttons">
        <Button kind="primary" onClick={() => saveFile(made.name, [made.bytes])}>
          Save {made.name}
        </Button>
        <Button onClick={() => void openText(made.text)}>Open it here</Button>
      </p>
      <SavePackPage text={made.text} name={made.name.replace(/\.json$/, '.html')} />
    </Panel>
  );
}
