export type { RecordSink } from './capture-source.js';
export { ConfigError, type RelayConfig, readRelayConfig } from './config.js';
export { type LiveConfig, type RelayOptions, type RelayOutcome, runRelay } from './run-relay.js';
export { readEnvFile, Settings } from './settings.js';
export { shownUrl } from './shown-url.js';
export { tryServer } from './try-server.js';
