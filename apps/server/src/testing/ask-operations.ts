import type { OpsEvent, OpsEventsAnswer, OpsEventType } from '@okboxbox/protocol';
import { expect } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import type { serverForEachTest } from './running-server.js';

/** What tests ask operations for, by somebody who may look. */
export function askOperations({ get, token }: Pick<ReturnType<typeof serverForEachTest>, 'get' | 'token'>) {
  async function asked<T>(path: string): Promise<T> {
    const { status, body } = await get<T>(path, await token('ops'));
    expect(status).toBe(200);
    return body;
  }
  /** The newest events of a type first; `more` is added to the question. */
  const events = async (type: OpsEventType, more = ''): Promise<readonly OpsEvent[]> =>
    (await asked<OpsEventsAnswer>(`/api/ops/events?type=${type}${more}`)).events;
  /** Waits until an event is there, and gives it. */
  const event = (type: OpsEventType, name: string): Promise<OpsEvent> =>
    eventually(async () => {
      const found = (await events(type)).find((each) => each.event === name);
      if (found === undefined) throw new Error(`no ${name}`);
      return found;
    });
  return { asked, events, event };
}
