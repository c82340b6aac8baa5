// It lies with the drills, which are built and used without the tests.
export { freePort } from '../drills/src/free-port.js';
