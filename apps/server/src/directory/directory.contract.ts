import type { SessionSummary } from '@okboxbox/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Directory, OwnerDirectory, SessionRecord } from './directory.js';
import type { Owner } from './owner.js';
import { NoOwnerError } from './owner-refusal.js';
import { unknownShow } from './show-record.js';

/** What an owner and an edge have of one directory: the same object in one process, two that are connected elsewhere. */
export interface DirectorySides {
  readonly owner: OwnerDirectory;
  readonly edge: Directory;
}

const owner = (name: string) => ({ name }) as unknown as Owner;

function session(sessionId: string, over: Partial<SessionSummary> = {}): SessionRecord {
  const summary: SessionSummary = {
    sessionId,
    show: 'local',
    status: 'live',
    sim: 'test',
    track: 'Spa',
    type: 'race',
    startedAt: 1_000,
    lastFrameAt: null,
    endedAt: null,
    entryCount: 0,
    podium: [],
    ...over,
  };
  return { summary, sharedCars: [] };
}

/** What every directory does. `open` gives the two sides of a new one. */
export function describeDirectory(name: string, open: () => Promise<DirectorySides> | DirectorySides): void {
  describe(`a directory (${name})`, () => {
    let sides: DirectorySides;
    beforeEach(async () => {
      sides = await open();
    });

    it('refuses a show that nobody owns, and says what to do', async () => {
      const refused = await sides.edge.ownerOf('local').catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(NoOwnerError);
      expect(refused).toMatchObject({ code: 'not_available' });
      expect((refused as Error).message).toBe('No server runs the show "local" now. Try again in a few seconds.');
      expect(await sides.edge.owners()).toEqual([]);
    });

    it('gives a show to the first that offers, and keeps it there', async () => {
      const [first, second] = [owner('first'), owner('second')];
      sides.owner.offer(first);
      expect(await sides.edge.ownerOf('local')).toBe(first);
      sides.owner.offer(second);
      expect(await sides.edge.ownerOf('local')).toBe(first);
      expect(await sides.edge.owners()).toEqual([first, second]);
    });

    it('hands a show on when its owner gives it up, and refuses it where no other is there', async () => {
      const [first, second] = [owner('first'), owner('second')];
      const giveUp = sides.owner.offer(first);
      const giveUpToo = sides.owner.offer(second);
      await sides.edge.ownerOf('local');
      giveUp();
      expect(await sides.edge.ownerOf('local')).toBe(second);
      giveUpToo();
      await expect(sides.edge.ownerOf('local')).rejects.toBeInstanceOf(NoOwnerError);
    });

    it('knows nothing of a show that nobody has put: it is not public and follows nothing', () => {
      expect(sides.edge.show('local')).toEqual(unknownShow('local'));
      expect(sides.edge.show('local')).toMatchObject({ published: false, following: { follows: [] }, airing: [] });
    });

    it('has what the owner put of a show at once, and in place of what was there', () => {
      const published = { ...unknownShow('local'), published: true };
      sides.owner.putShow(published);
      expect(sides.edge.show('local')).toEqual(published);
      sides.owner.putShow(unknownShow('local'));
      expect(sides.edge.show('local').published).toBe(false);
      expect(sides.edge.show('other').published).toBe(false);
    });

    it('has what the owner put of a session, and the same object until the owner puts another', () => {
      sides.owner.putSession(session('sess_1'));
      const known = sides.edge.session('sess_1');
      expect(known).toEqual(session('sess_1'));
      expect(sides.edge.session('sess_1')).toBe(known);
      sides.owner.putSession({ ...session('sess_1', { status: 'ended' }), sharedCars: ['7'] });
      expect(sides.edge.session('sess_1')).toMatchObject({ summary: { status: 'ended' }, sharedCars: ['7'] });
      expect([...sides.edge.sessions()]).toHaveLength(1);
      expect(sides.edge.session('sess_2')).toBeUndefined();
    });

    it('finds the newest session of a show, running before ended', () => {
      sides.owner.putSession(session('sess_old', { status: 'ended', startedAt: 1 }));
      sides.owner.putSession(session('sess_new', { status: 'ended', startedAt: 3 }));
      sides.owner.putSession(session('sess_other', { show: 'other', startedAt: 9 }));
      expect(sides.edge.newestOf('local')?.summary.sessionId).toBe('sess_new');
      sides.owner.putSession(session('sess_running', { startedAt: 2 }));
      expect(sides.edge.newestOf('local')?.summary.sessionId).toBe('sess_running');
      expect(sides.edge.newestOf('nowhere')).toBeUndefined();
    });

    it('takes records that are plain data: a copy over a wire is the same', () => {
      const record = session('sess_1');
      sides.owner.putSession(JSON.parse(JSON.stringify(record)));
      sides.owner.putShow(JSON.parse(JSON.stringify(unknownShow('local'))));
      expect(sides.edge.session('sess_1')).toEqual(record);
      expect(sides.edge.show('local')).toEqual(unknownShow('local'));
    });
  });
}
