import { useNow } from '../feed/use-now.js';
import { age } from '../format.js';
import { Button } from '../kit/button.js';
import { KeyHint } from '../kit/key-hint.js';
import { StateBadge } from '../kit/state-badge.js';
import { DelayBadges } from './delay-panel.js';
import { FinishState } from './finish-state.js';
import { UndoButton } from './undo-button.js';
import type { DelayActions } from './use-delay-actions.js';
import { useDesk, useDeskStore } from './use-desk.js';

/** What the director did is said for so long, in ms. */
const SAID_MS = 6_000;

/** The show, whether it is published, where its delay stands, and what came of the last call. */
export function DeskHead({ actions }: { actions: DelayActions }) {
  const {
    show,
    published,
    notStoredBecause = null,
    sessionId,
    airedSessionId,
    publicViewers,
    watchers,
    auto,
  } = useDesk();
  const connection = useDeskStore((store) => store.connection);
  const said = useDeskStore((store) => store.said);
  const now = useNow(500);
  const moving = sessionId !== null && airedSessionId !== null && sessionId !== airedSessionId;
  return (
    <header className="desk-head">
      <h1>
        {show} <small>director’s desk</small>
      </h1>
      <Button className="publish" data-on={published || undefined} onClick={actions.publishOrNot}>
        <StateBadge state={published ? 'ok' : 'off'}>{published ? 'Published' : 'Not published'}</StateBadge>
        <KeyHint>b</KeyHint>
      </Button>
      <DelayBadges />
      {auto.isRunning && <StateBadge state="ok">Runs by itself</StateBadge>}
      <span className="soft">
        {watchers.length} {watchers.length === 1 ? 'overlay' : 'overlays'} · {publicViewers} public
      </span>
      {notStoredBecause !== null && (
        <StateBadge state="warn">{`settings not stored: ${notStoredBecause}. Do not restart the server`}</StateBadge>
      )}
      <UndoButton />
      <FinishState />
      {moving && <StateBadge state="warn">a new session airs soon</StateBadge>}
      <p className="said" role="status" data-tone={said?.tone}>
        {connection.state === 'lost' ? (
          <StateBadge state="bad">{`disconnected for ${age(now - connection.since)}: what you see is out of date`}</StateBadge>
        ) : said !== null && (said.tone === 'bad' || now - said.at < SAID_MS) ? (
          said.text
        ) : (
          ''
        )}
      </p>
    </header>
  );
}
