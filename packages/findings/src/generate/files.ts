import { asTyped } from '@okboxbox/protocol';
import { prometheusRules, prometheusTests } from './prometheus.js';
import { runbook } from './runbook.js';

/** How the command is called by those who read the documents: in a clone. */
const IN_CLONE = 'npx --no-install okboxbox';

/** Every file that is made of the catalogue, by its path from the project's folder. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'deploy/prometheus/okboxbox.rules.yml': prometheusRules(),
    'deploy/prometheus/okboxbox.rules.test.yml': prometheusTests(),
    'docs/runbook.md': asTyped(runbook(), IN_CLONE),
  };
}
