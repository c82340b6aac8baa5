// `npm start`: installs and builds what is missing, then runs `okboxbox up` with the arguments given.
import { build, install, say } from './prepare.mjs';

const OPTIONS = ['source', 'speed', 'port', 'host', 'data', 'show'];
const swallowed = OPTIONS.filter((option) => process.env[`npm_config_${option}`] !== undefined);
if (swallowed.length > 0) {
  const given = swallowed.map((option) => `--${option} ${process.env[`npm_config_${option}`]}`).join(' ');
  say(`npm took ${given} for options of its own. Put "--" before them: npm start -- ${given}`);
  process.exit(2);
}

install();
build();
process.argv.splice(2, 0, 'up');
await import('../apps/cli/dist/main.js');
