// `npm test`: installs and builds what is missing, then runs the suite; arguments go to Vitest.
import { bin, build, install, step } from './prepare.mjs';

install();
build();
step(process.execPath, [bin('vitest', 'vitest'), 'run', ...process.argv.slice(2)]);
