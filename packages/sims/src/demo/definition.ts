import { defineSource } from '../define-source.js';
import { parseDemo } from './demo-options.js';
import { openDemo } from './demo-source.js';

/** A simulated race. */
export const demo = defineSource({
  kind: 'demo',
  spec: 'demo[:SEED]',
  description: 'a simulated race',
  examples: ['demo', 'demo:7,cars=60,minutes=90', 'demo:7,evening'],
  parse: parseDemo,
  open: async (options, { spec, hz }) => openDemo(spec, options, hz),
});
