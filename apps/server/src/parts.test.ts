import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { Parts } from './parts.js';

let said: string[];
let logged: string[];
let parts: Parts;
beforeEach(() => {
  said = [];
  logged = [];
  parts = new Parts(pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }));
});

const part = (
  name: string,
  fails: { readonly start?: boolean; readonly drain?: boolean; readonly stop?: boolean } = {},
) => ({
  name,
  start: () => {
    if (fails.start) throw new Error(`${name} cannot start`);
    said.push(`start ${name}`);
    return name;
  },
  drain: async (started: string) => {
    if (fails.drain) throw new Error(`${name} cannot drain`);
    said.push(`drain ${started}`);
  },
  stop: async (started: string) => {
    if (fails.stop) throw new Error(`${name} cannot stop`);
    said.push(`stop ${started}`);
  },
});

describe('the parts of a node', () => {
  it('are all drained, and then stopped, each before what it depends on', async () => {
    for (const name of ['disk', 'sessions', 'sockets']) await parts.start(part(name));
    await parts.stop();
    expect(said).toEqual([
      'start disk',
      'start sessions',
      'start sockets',
      'drain sockets',
      'drain sessions',
      'drain disk',
      'stop sockets',
      'stop sessions',
      'stop disk',
    ]);
  });

  it('that had started are ended when a later one cannot start', async () => {
    await parts.start(part('disk'));
    await expect(parts.start(part('port', { start: true }))).rejects.toThrow('port cannot start');
    await parts.stop();
    expect(said).toEqual(['start disk', 'drain disk', 'stop disk']);
  });

  it.each(['drain', 'stop'] as const)(
    'that fail to %s are logged by name, and keep no other from ending',
    async (how) => {
      await parts.start(part('disk'));
      await parts.start(part('database', { [how]: true }));
      await parts.stop();
      expect(said).toContain('stop disk');
      expect(logged.join()).toContain(`"part":"database","msg":"a part of the server failed to ${how}"`);
    },
  );

  it('are stopped once, however often that is asked for', async () => {
    parts.add('hub', 'hub', part('hub'));
    await Promise.all([parts.stop(), parts.stop()]);
    await parts.stop();
    expect(said).toEqual(['drain hub', 'stop hub']);
  });
});
