// It lies with the drills, which are built and used without the tests.
export {
  PROGRAM,
  type StartedProgram,
  type StartOptions,
  startProgram,
} from '../drills/src/start-program.js';
