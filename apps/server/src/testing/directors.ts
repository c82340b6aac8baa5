import type { DeskState, FeedMessage, FeedState } from '@okboxbox/protocol';
import type { Socket } from 'socket.io-client';
import { expect } from 'vitest';
import { eventually } from '../../../../testing/eventually.js';
import type { serverForEachTest } from './running-server.js';

/** The acknowledgement of a director's call. */
export interface Answer {
  readonly ok: boolean;
  readonly undone?: { readonly who: string; readonly says: string };
  readonly error?: { readonly code: string; readonly message: string };
}

/** Directors of the show `local`, and those who see its graphics, on the server of a test. */
export function directors({ socket, token }: Pick<ReturnType<typeof serverForEachTest>, 'socket' | 'token'>) {
  /** A director with an open desk. `undo` undoes what the desk shows. */
  const director = async (sub = 'ana') => {
    const made: Socket = socket('/', { token: await token('director', { sub }), clientKind: 'director' });
    let newest: DeskState | null = null;
    made.on('desk', (state: DeskState) => {
      newest = state;
    });
    const joined = await made.emitWithAck('director:join', { show: 'local' });
    newest ??= joined.desk as DeskState;
    const desk = (): DeskState => newest as DeskState;
    const call = (event: string, body: object = {}): Promise<Answer> =>
      made.emitWithAck(event, { show: 'local', ...body });
    const does = async (event: string, body: object = {}) =>
      expect(await call(event, body)).toMatchObject({ ok: true });
    /** Waits until the desk says that this would be undone, and undoes it. */
    const undo = async (says: string): Promise<Answer> => {
      await eventually(() => expect(desk().undo?.says).toBe(says));
      const answer = await call('show:undo', { id: desk().undo?.id });
      expect(answer).toMatchObject({ ok: true, undone: { says } });
      return answer;
    };
    return { desk, call, does, undo };
  };

  /** Somebody who sees the graphics: what comes, and the newest state of what is on air. */
  const graphics = async () => {
    const made = socket('/', { token: await token('overlay') });
    const heard: FeedMessage[] = [];
    made.on('feed', (message) => heard.push(message));
    const joined = await eventually(async () => {
      const answer = await made.emitWithAck('session:join', { show: 'local', audience: 'broadcast' });
      expect(answer.ok).toBe(true);
      return answer;
    });
    const { onAir } = joined.state as FeedState;
    return {
      heard,
      onAir: () => Object.assign({ ...onAir }, ...heard.map((change) => change.onAir)) as FeedState['onAir'],
    };
  };

  return { director, graphics };
}
