import './desk-lists.css';
import './links-panel.css';
import { isOverlayKind, OVERLAY_KINDS, type ShareLink, USUAL_OVERLAY } from '@okboxbox/protocol';
import { type FormEvent, type Ref, useState } from 'react';
import { age } from '../format.js';
import { Button } from '../kit/button.js';
import { Input, Select } from '../kit/field.js';
import { Panel } from '../kit/panel.js';
import { StateBadge } from '../kit/state-badge.js';
import { useAsk } from './confirm-dialog.js';
import { linkAddress } from './link-address.js';
import { overlayTitle } from './outputs.js';
import { useDesk, useDeskWorld, useServerNow } from './use-desk.js';

const HOUR_MS = 3_600_000;
const LASTS: readonly (readonly [words: string, ms: number])[] = [
  ['4 hours', 4 * HOUR_MS],
  ['a day', 24 * HOUR_MS],
  ['a week', 7 * 24 * HOUR_MS],
  ['30 days', 30 * 24 * HOUR_MS],
];
/** What a link can open: the overlays, and the public page. */
const OPENS: readonly (readonly [value: string, label: string])[] = [
  ...OVERLAY_KINDS.map((kind) => [kind, overlayTitle(kind)] as const),
  ['public', 'Public page'],
];

/** As many links are listed before the list is opened. */
const FEW = 5;

/** Which picture a link shows. */
const PICTURE_LABELS: Readonly<Record<ShareLink['kind'], string>> = {
  overlay: 'graphics picture',
  public: 'public picture',
};

/** Share links: made here, counted, and revoked at once. */
export function LinksPanel({ field }: { field: Ref<HTMLInputElement> }) {
  const { links } = useDesk();
  const now = useServerNow(5_000);
  const newest = [...links].sort((a, b) => b.createdAt - a.createdAt);
  const open = newest.filter((link) => link.revokedAt === null && link.expiresAt > now);
  const over = newest.filter((link) => !open.includes(link)).slice(0, 5);
  const all = [...open, ...over];
  const [isWhole, setWhole] = useState(false);
  return (
    <Panel title="Share links" aside={`${open.length} open`}>
      <MakeLink field={field} />
      {links.length === 0 && (
        <p className="soft">
          Anyone with a link sees the delayed picture and nothing else: an overlay always, the public page only while
          the show is published.
        </p>
      )}
      <ul className="links">
        {(isWhole ? all : all.slice(0, FEW)).map((link) => (
          <LinkLine key={link.code} link={link} now={now} />
        ))}
      </ul>
      {all.length > FEW && (
        <Button size="small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Fewer links' : `All ${all.length} links`}
        </Button>
      )}
    </Panel>
  );
}

function MakeLink({ field }: { field: Ref<HTMLInputElement> }) {
  const { client, store, show } = useDeskWorld();
  const { publicUrl } = useDesk();
  const [opens, setOpens] = useState<string>(USUAL_OVERLAY);
  const [label, setLabel] = useState('');
  const [lasts, setLasts] = useState(7 * 24 * HOUR_MS);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = await client.call<{ link: ShareLink; url: string }>('link:create', {
      ...(isOverlayKind(opens) ? { kind: 'overlay', overlay: opens } : { kind: 'public' }),
      ttlMs: lasts,
      ...(label.trim() !== '' && { label: label.trim() }),
    });
    if (made === null) return;
    setLabel('');
    store.say(
      'ok',
      (await copied(linkAddress(made.link, show, publicUrl, location.origin)))
        ? 'Link created and copied.'
        : 'Link created.',
      Date.now(),
    );
  };
  return (
    <form className="make-link" onSubmit={(event) => void submit(event)}>
      <Select aria-label="What it opens" value={opens} onChange={(event) => setOpens(event.target.value)}>
        {OPENS.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      <Input
        ref={field}
        aria-label="What it is for"
        placeholder="What it is for  s"
        maxLength={60}
        value={label}
        onChange={(event) => setLabel(event.target.value)}
      />
      <Select aria-label="How long it lasts" value={lasts} onChange={(event) => setLasts(Number(event.target.value))}>
        {LASTS.map(([words, ms]) => (
          <option key={ms} value={ms}>
            {words}
          </option>
        ))}
      </Select>
      <Button type="submit">Create link</Button>
    </form>
  );
}

function LinkLine({ link, now }: { link: ShareLink; now: number }) {
  const { client, store, show } = useDeskWorld();
  const { publicUrl } = useDesk();
  const ask = useAsk();
  const isRevoked = link.revokedAt !== null;
  const isOpen = !isRevoked && link.expiresAt > now;
  const name = link.label ?? opensLabel(link);
  const address = linkAddress(link, show, publicUrl, location.origin);
  const copy = async () => {
    const done = await copied(address);
    store.say(
      done ? 'ok' : 'bad',
      done ? 'Link copied.' : 'The browser refused to copy. Select the address and copy it.',
      Date.now(),
    );
  };
  const revoke = () =>
    ask({
      title: `Revoke “${name}”?`,
      text: 'Anyone using it is disconnected within a second. The link cannot be used again.',
      yes: 'Revoke',
      onYes: () => void client.call('link:revoke', { code: link.code }),
    });
  return (
    <li data-over={!isOpen || undefined}>
      <span className="link-name">
        {name}
        <small>
          {link.label === null ? '' : `${opensLabel(link)} · `}
          {PICTURE_LABELS[link.kind]} · {link.sessionId === null ? '' : 'one session · '}
          opened {link.opened === 1 ? 'once' : `${link.opened} times`}
        </small>
      </span>
      <span className="link-state">
        {isOpen ? (
          <StateBadge state="ok">{`${link.viewers} now · ${age(link.expiresAt - now)} left`}</StateBadge>
        ) : (
          <StateBadge state="off">{isRevoked ? 'revoked' : 'expired'}</StateBadge>
        )}
      </span>
      {isOpen && <code className="link-address">{address}</code>}
      {isOpen && (
        <span className="button-row">
          <Button size="small" onClick={() => void copy()}>
            Copy
          </Button>
          <Button size="small" onClick={revoke} aria-label={`Revoke ${name}`}>
            Revoke
          </Button>
        </span>
      )}
    </li>
  );
}

/** What a link opens, as people call it. */
function opensLabel({ kind, overlay }: ShareLink): string {
  return kind === 'public' ? 'Public page' : overlayTitle(overlay ?? USUAL_OVERLAY);
}

/** Whether the browser let the text into the clipboard: it does so on secure addresses only. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
