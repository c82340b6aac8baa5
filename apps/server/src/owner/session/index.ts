export { foldSession } from './fold-session.js';
export { Session } from './session.js';
export { SessionState } from './session-state.js';
