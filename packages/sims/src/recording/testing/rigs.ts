import { frame, HEADER, SESSION } from '../../testing/records.js';
import type { Rig } from '../../testing/rig.js';
import { openRecordingWriter } from '../recording-writer.js';

/** A recording of five seconds. */
export const RIGS: Readonly<Record<string, Rig>> = {
  recording: {
    variant: 'playback',
    source: async (inFolder) => {
      const file = inFolder('race.jsonl.gz');
      const writer = await openRecordingWriter(file, HEADER);
      await writer.write(SESSION);
      for (let i = 0; i < 50; i++) await writer.write(frame(i / 10));
      await writer.close();
      return file;
    },
  },
};
