import { channelContract } from './channel.contract.js';
import type { ChannelMessage } from './channel-messages.js';
import { MemoryChannel } from './memory-channel.js';
import { MirrorChannel } from './mirror-channel.js';
import { SharedChannel } from './shared-channel.js';

/** An owner and a mirror with nothing between them but the packed messages, which come when they are asked for. */
channelContract('a mirror', async () => {
  let epochs = 0;
  const local = new MemoryChannel({ randomId: () => `epoch-${++epochs}` });
  const owner = new SharedChannel(local);
  const edge = new MirrorChannel({
    randomId: () => 'unused',
    chunk: async (room, topic, epoch, nr) => (await local.view(room)?.chunk(topic, epoch, nr)) ?? null,
  });
  const packed: string[] = [];
  let interests = new Map<string, number>();
  const stop = owner.share({ send: (text) => void packed.push(text), interest: (room) => interests.get(room) ?? 0 });
  const settled = async () => {
    for (const text of packed.splice(0)) {
      const [head = ''] = text.split('\n', 1);
      edge.take(JSON.parse(head) as ChannelMessage, text);
    }
    interests = edge.interests();
  };
  return { owner, edge, settled, close: async () => stop() };
});
