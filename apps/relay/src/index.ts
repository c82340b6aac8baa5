export { ConfigError, type RelayConfig, readRelayConfig } from './config.js';
export { type RecordSink, type RelayOptions, type RelayOutcome, runRelay } from './run-relay.js';
