import type { Server, Socket } from 'socket.io';
import type { Limits } from '../../access/limits.js';
import type { Visitor } from '../../access/visitor.js';
import type { EdgeChannel } from '../../channel/channel.js';
import type { Directory } from '../../directory/directory.js';
import { answerCall, type SocketCall } from '../../sockets/calls.js';
import type { SocketHello } from '../../sockets/handshake.js';
import type { Taps } from '../../taps.js';
import { type ActInput, type ActName, callOn, type DirectorActs } from '../director-acts.js';
import { DIRECTOR_CALLS } from '../director-calls.js';
import { OpenDesks, type OpenDesksDeps } from './open-desks.js';

export interface DirectorDeps extends OpenDesksDeps {
  readonly directory: Pick<Directory, 'session'>;
  readonly channel: EdgeChannel;
  readonly acts: Pick<DirectorActs, 'run' | 'onActed'>;
  readonly taps?: Taps;
  readonly limits?: Limits;
}

/** The socket calls of directors (contract, section 5); open desks are sent what they change. */
export function serveDirectors(io: Server, deps: DirectorDeps): { close(): void } {
  const desks = new OpenDesks(deps);
  io.on('connection', (socket) => {
    const { visitor } = socket.data as SocketHello;
    serveDirector(socket, visitor, deps, desks);
    socket.on('disconnect', () => desks.leave(socket));
  });
  const changed = (show: string) => desks.changed(show);
  const unlisten = [deps.channel.onShow(changed), deps.acts.onActed(changed)];
  return {
    close: () => {
      for (const stop of unlisten) stop();
      desks.close();
    },
  };
}

function serveDirector(socket: Socket, visitor: Visitor, deps: DirectorDeps, desks: OpenDesks): void {
  const { join, ...acts } = DIRECTOR_CALLS;
  answerCall(socket, join, deps, async ({ show }) => {
    callOn(deps.directory, visitor, 'join', { show });
    return { desk: await desks.join(show, socket) };
  });
  for (const name of Object.keys(acts) as ActName[]) {
    const declared: SocketCall = DIRECTOR_CALLS[name];
    // The schema of this very name has read the input.
    answerCall(socket, declared, deps, (input) => deps.acts.run(name, visitor, input as ActInput<typeof name>));
  }
}
