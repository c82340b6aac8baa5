import { expect, it } from 'vitest';
import { Taps } from '../taps.js';
import { channelContract } from './channel.contract.js';
import { MemoryChannel } from './memory-channel.js';

function memoryChannel(taps?: Taps): MemoryChannel {
  let epochs = 0;
  return new MemoryChannel({ randomId: () => `epoch-${++epochs}`, ...(taps && { taps }) });
}

channelContract('in memory', async () => {
  const channel = memoryChannel();
  return { owner: channel, edge: channel, settled: async () => undefined, close: async () => undefined };
});

it('makes JSON once for all sinks, and none where nobody watches', () => {
  const channel = memoryChannel();
  let viewers = 0;
  const texts: string[] = [];
  const sink = () => ({
    watchers: () => viewers,
    publish: (_room: string, _format: string, _event: string, json: string) => void texts.push(json),
    publishNothing: () => undefined,
  });
  channel.subscribe(sink());
  channel.subscribe(sink());
  let made = 0;
  const state = { sessionId: 'sess_1', state: 'live' as const, delayMs: 0, toJSON: () => `made ${++made}` };
  const outputs = [0, 2_000].map((extra) => {
    return { show: 'local', sessionId: 'sess_1', audience: 'broadcast' as const, extra };
  });
  channel.tell('local', { event: 'delay', outputs, state });
  expect(made).toBe(0);
  viewers = 1;
  channel.tell('local', { event: 'delay', outputs, state });
  expect(made).toBe(1);
  // Two rooms, two formats, two sinks.
  expect(texts).toEqual(Array.from({ length: 8 }, () => '"made 1"'));
});

it('counts a sink or a listener that throws as a failure of fan-out', () => {
  const taps = new Taps();
  const failures: unknown[] = [];
  taps.failure.listen((from, where, error) => failures.push([from, where, String(error)]));
  const channel = memoryChannel(taps);
  channel.onShow(() => {
    throw new Error('broken listener');
  });
  channel.tell('local', { event: 'changed' });
  expect(failures).toEqual([['gateway', 'fan-out', 'Error: broken listener']]);
});
