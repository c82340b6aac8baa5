import { LINK_KINDS, type LinkKind, type ShareLink } from '@okboxbox/protocol';
import { type FormEvent, type Ref, useState } from 'react';
import { age } from '../format.js';
import { StateBadge } from '../shell/state-badge.js';
import { useNow } from '../shell/use-now.js';
import { useAsk } from './confirm-dialog.js';
import { linkAddress } from './link-address.js';
import { Panel } from './panel.js';
import { useDesk, useDeskWorld } from './use-desk.js';

const HOUR_MS = 3_600_000;
const LASTS: readonly (readonly [words: string, ms: number])[] = [
  ['4 hours', 4 * HOUR_MS],
  ['a day', 24 * HOUR_MS],
  ['a week', 7 * 24 * HOUR_MS],
  ['30 days', 30 * 24 * HOUR_MS],
];
const KIND_WORDS: Readonly<Record<LinkKind, string>> = { overlay: 'overlay', public: 'public page' };

/** Share links: made here, counted, and taken back at once. */
export function LinksPanel({ field }: { field: Ref<HTMLInputElement> }) {
  const { links } = useDesk();
  const now = useNow(5_000);
  const open = links.filter((link) => link.revokedAt === null && link.expiresAt > now);
  const over = links.filter((link) => !open.includes(link)).slice(0, 5);
  return (
    <Panel title="Share links" aside={`${open.length} open`}>
      <MakeLink field={field} />
      {links.length === 0 && (
        <p className="soft">
          A link opens the delayed picture to anyone who has it, and nothing else: an overlay at once, the public page
          while the show is published.
        </p>
      )}
      <ul className="links">
        {[...open, ...over].map((link) => (
          <LinkLine key={link.code} link={link} now={now} />
        ))}
      </ul>
    </Panel>
  );
}

function MakeLink({ field }: { field: Ref<HTMLInputElement> }) {
  const { client, store } = useDeskWorld();
  const { publicUrl } = useDesk();
  const [kind, setKind] = useState<LinkKind>('overlay');
  const [label, setLabel] = useState('');
  const [lasts, setLasts] = useState(24 * HOUR_MS);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = await client.call<{ link: ShareLink; url: string }>('link:create', {
      kind,
      ttlMs: lasts,
      ...(label.trim() !== '' && { label: label.trim() }),
    });
    if (made === null) return;
    setLabel('');
    store.say(
      'ok',
      (await copied(linkAddress(made.link.code, publicUrl, location.origin))) ? 'Link made and copied.' : 'Link made.',
      Date.now(),
    );
  };
  return (
    <form className="make-link" onSubmit={(event) => void submit(event)}>
      <select
        className="field"
        aria-label="What it opens"
        value={kind}
        onChange={(event) => setKind(event.target.value === 'public' ? 'public' : 'overlay')}
      >
        {LINK_KINDS.map((each) => (
          <option key={each} value={each}>
            {KIND_WORDS[each]}
          </option>
        ))}
      </select>
      <input
        ref={field}
        className="field"
        aria-label="Who or what it is for"
        placeholder="Who it is for  s"
        maxLength={60}
        value={label}
        onChange={(event) => setLabel(event.target.value)}
      />
      <select
        className="field"
        aria-label="How long it lasts"
        value={lasts}
        onChange={(event) => setLasts(Number(event.target.value))}
      >
        {LASTS.map(([words, ms]) => (
          <option key={ms} value={ms}>
            {words}
          </option>
        ))}
      </select>
      <button type="submit" className="button">
        Make link
      </button>
    </form>
  );
}

function LinkLine({ link, now }: { link: ShareLink; now: number }) {
  const { client, store } = useDeskWorld();
  const { publicUrl } = useDesk();
  const ask = useAsk();
  const isRevoked = link.revokedAt !== null;
  const isOpen = !isRevoked && link.expiresAt > now;
  const name = link.label ?? KIND_WORDS[link.kind];
  const copy = async () => {
    const address = linkAddress(link.code, publicUrl, location.origin);
    const done = await copied(address);
    store.say(done ? 'ok' : 'bad', done ? 'Link copied.' : `Copy it by hand: ${address}`, Date.now());
  };
  const revoke = () =>
    ask({
      title: `Revoke “${name}”?`,
      text: 'Anyone who uses it is disconnected within a second, and it never opens anything again.',
      yes: 'Revoke',
      onYes: () => void client.call('link:revoke', { code: link.code }),
    });
  return (
    <li data-over={!isOpen || undefined}>
      <span className="link-name">
        {name}
        <small>
          {link.label === null ? '' : `${KIND_WORDS[link.kind]} · `}
          {link.sessionId === null ? '' : 'one session · '}
          opened {link.opened} ×
        </small>
      </span>
      <span className="link-state">
        {isOpen ? (
          <StateBadge state="ok">{`${link.viewers} now · ${age(link.expiresAt - now)} left`}</StateBadge>
        ) : (
          <StateBadge state="off">{isRevoked ? 'revoked' : 'expired'}</StateBadge>
        )}
      </span>
      {isOpen && (
        <span className="button-row">
          <button type="button" className="button small" onClick={() => void copy()}>
            Copy
          </button>
          <button type="button" className="button small" onClick={revoke} aria-label={`Revoke ${name}`}>
            Revoke
          </button>
        </span>
      )}
    </li>
  );
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
