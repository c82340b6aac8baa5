import { WebSocket } from 'ws';
import type { Heard, Joined } from './crowd.js';

/** Of how many viewers one checks what it hears. */
const CHECKED = 20;

const [url = '', part = '0', count = '0', ...tokens] = process.argv.slice(2);
await view(url, Number(part), Number(count), tokens);

/** A part of the viewers, without a client library, whose own work would be most of what is measured. */
async function view(url: string, part: number, count: number, tokens: readonly string[]): Promise<void> {
  let gaps = 0;
  let messages = 0;
  let lateMs: number[] = [];
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const begun = performance.now();
  const toJoin = JSON.stringify(['session:join', { show: 'crowd', audience: 'live' }]);
  const joinedMs = await Promise.all(
    Array.from({ length: count }, (_, n) => {
      const headers = { 'x-forwarded-for': `10.${part}.${n >> 8}.${n & 255}` };
      const token = tokens[n % tokens.length];
      return new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(address, { perMessageDeflate: false, headers });
        let isJoined = false;
        let before: number | null = null;
        socket.once('error', reject);
        socket.once('close', (code, why) => reject(new Error(`a viewer was closed: ${code} ${why}`)));
        socket.on('message', (data: Buffer) => {
          if (isJoined && data.length > 10) {
            messages += 1;
            if (n % CHECKED !== 0) return;
          }
          const text = data.toString('latin1');
          if (text.startsWith('42["feed"')) {
            const seq = Number(/"seq":(\d+)/.exec(text)?.[1]);
            if (before !== null && seq !== before + 1) gaps += 1;
            before = seq;
            lateMs.push(Date.now() - Number(/"at":([\d.]+)/.exec(text)?.[1]));
          } else if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token, clientKind: 'dashboard' })}`);
          else if (text.startsWith('40')) socket.send(`420${toJoin}`);
          else if (text.startsWith('430')) {
            isJoined = true;
            if (text.includes('"ok":true')) resolve(performance.now() - begun);
            else reject(new Error(text.slice(0, 300)));
          } else if (text === '2') socket.send('3');
        });
      });
    }),
  );
  process.on('message', (what) => {
    if (what === 'report') process.send?.({ messages, gaps, lateMs } satisfies Heard);
    messages = 0;
    gaps = 0;
    lateMs = [];
  });
  process.send?.({ joinedMs } satisfies Joined);
}
