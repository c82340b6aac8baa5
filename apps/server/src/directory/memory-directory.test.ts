import { describeDirectory } from './directory.contract.js';
import { MemoryDirectory } from './memory-directory.js';

describeDirectory('in memory', () => {
  const directory = new MemoryDirectory(() => 0);
  return { owner: directory, edge: directory };
});
