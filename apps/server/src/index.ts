export { localSecret } from './access/secret.js';
export { type SignedToken, tokensOfSecret } from './access/tokens.js';
export { type RunningServer, type ServerOptions, StartError, startServer } from './app.js';
export { ConfigError, readConfig, type ServerConfig } from './config.js';
export { DataDirError } from './data-files.js';
