export { localSecret } from './access/secret.js';
export { type SignedToken, tokensOfSecret } from './access/tokens.js';
export { ConfigError, readConfig, type ServerConfig } from './config.js';
export { askControl, ControlError } from './control/ask-control.js';
export { type ControlAnswer, type ControlRequest, LONGEST_TTL_S } from './control/control-messages.js';
export { runningServers } from './control/running-servers.js';
export { DataDirError } from './data-files.js';
export { StartError } from './edge/http/listen.js';
export { type RunningServer, type ServerOptions, startServer } from './node.js';
