import { encodeRecord, joinBatch, RELAY_PROTOCOL_VERSION } from '@okboxbox/protocol';
import { io } from 'socket.io-client';
import { fieldFrame, fieldSession } from './field.js';

/** Which relay feeds which session, and how many frames a second. */
export interface Feeding {
  readonly relayId?: string;
  readonly simSessionKey?: string;
  readonly rateHz: number;
}

/** A relay that feeds a session of its own with a full field, a frame at a time as a live one does; `stop` ends it. */
export async function feed(
  url: string,
  token: string,
  { relayId = 'bench', simSessionKey = '1:0', rateHz }: Feeding,
): Promise<{ readonly sessionId: string; stop(): void }> {
  const socket = io(`${url}/relay`, { auth: { token }, transports: ['websocket'], forceNew: true });
  const { sessionId } = (await socket.emitWithAck('relay:hello', {
    relayId,
    run: 'run',
    version: '0',
    protocol: RELAY_PROTOCOL_VERSION,
    source: 'bench',
    sim: 'bench',
    show: 'local',
    simSessionKey,
    playback: false,
  })) as { sessionId: string };
  let seq = 1;
  let n = 0;
  const send = (record: Parameters<typeof encodeRecord>[0]) => {
    const bytes = joinBatch([encodeRecord({ ...record, capturedAt: Date.now() }, seq++)]);
    socket.emit('relay:frames', Buffer.from(bytes), Date.now(), () => undefined);
  };
  send(fieldSession());
  const timer = setInterval(() => send(fieldFrame(n++)), 1_000 / rateHz);
  return {
    sessionId,
    stop: () => {
      clearInterval(timer);
      socket.disconnect();
    },
  };
}
