import { prometheusRules, prometheusTests } from './prometheus.js';
import { runbook } from './runbook.js';

/** Every file that is made of the catalogue, by its path from the project's folder. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'deploy/prometheus/okboxbox.rules.yml': prometheusRules(),
    'deploy/prometheus/okboxbox.rules.test.yml': prometheusTests(),
    'docs/runbook.md': runbook(),
  };
}
