import '../style/ops.css';
import '../style/ops-parts.css';
import '../style/ops-acts.css';
import '../style/ops-overview.css';
import '../style/ops-sessions.css';
import '../style/ops-sockets.css';
import '../style/ops-detail.css';
import '../style/ops-events.css';
import { OpsConsole } from './ops-console.js';

/** The console at the address that is open. */
export function OpsRoute() {
  return <OpsConsole />;
}
