import { writeFileSync } from 'node:fs';
import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { openSource } from './open-source.js';
import { openRecordingWriter } from './recording/recording-writer.js';
import { sourceContract } from './source.contract.js';
import { chartJson, rowsOf, steady } from './testing/charts.js';
import { frame, HEADER, SESSION } from './testing/records.js';

const inFolder = temporaryFolder();

sourceContract('a recording', async () => {
  const path = inFolder('race.jsonl.gz');
  const writer = await openRecordingWriter(path, HEADER);
  await writer.write(SESSION);
  for (let i = 0; i < 50; i++) await writer.write(frame(i / 10));
  await writer.close();
  return openSource(`recording:${path}`, { cwd: '/' });
});

sourceContract('a lap chart', async () => {
  const path = inFolder('race.json');
  writeFileSync(path, JSON.stringify(chartJson([...rowsOf(1, steady(3, 60)), ...rowsOf(2, steady(3, 61))])));
  return openSource(`lapchart:${path}`, { cwd: '/' });
});
