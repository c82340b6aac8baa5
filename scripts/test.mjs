// `npm test` and the suites with names of their own: installs and builds what is missing, then runs the tests. Arguments
// go to Vitest, but for `--long`, which runs the long form of a suite that has a short one.
import { bin, build, install, step } from './prepare.mjs';

const given = process.argv.slice(2);
if (given.includes('--long')) process.env.OKBOXBOX_LONG = '1';

install();
build();
step(process.execPath, [bin('vitest', 'vitest'), 'run', ...given.filter((argument) => argument !== '--long')]);
