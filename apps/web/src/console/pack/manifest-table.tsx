import type { PackManifest } from '@okboxbox/protocol';
import { bytes } from '../../format.js';
import { Facts } from '../../kit/facts.js';
import { momentOf, whole } from '../../kit/figures.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Table } from '../../kit/table.js';
import {
  aboutLabel,
  byRuleLabel,
  freeTextLabel,
  PACK_STATUS,
  PART_LABELS,
  packBytes,
  redactedLabel,
} from './pack-labels.js';

/** What is in a pack, part by part: how each did, how large it is, and what was taken out of it. */
export function ManifestTable({ manifest }: { manifest: PackManifest }) {
  const { redaction, window: of } = manifest;
  return (
    <>
      <Facts
        facts={[
          ['of', aboutLabel(manifest)],
          ['made', momentOf(manifest.createdAt)],
          ['period', `${momentOf(of.from)} to ${momentOf(of.to)}`],
          ['server', `${manifest.version}${manifest.gitSha === null ? '' : ` (${manifest.gitSha.slice(0, 10)})`}`],
          ['size', bytes(packBytes(manifest))],
          ['free text', freeTextLabel(manifest.freeText)],
          ['removed', `${redactedLabel(redaction.byRule)} (rules ${redaction.rulesVersion})`],
        ]}
      />
      <Table
        heads={['Part', 'Status', { number: 'Size' }, 'Removed', { number: 'Unknown fields' }, 'Contents']}
        className="pack-parts"
      >
        {manifest.sections.map((section) => (
          <tr key={section.name}>
            <th scope="row">{section.name}</th>
            <td>
              <StateBadge state={PACK_STATUS[section.status].state}>{PACK_STATUS[section.status].word}</StateBadge>
            </td>
            <td className="number">{section.status === 'success' ? bytes(section.bytes) : '–'}</td>
            <td title={byRuleLabel(section.redacted)}>{redactedLabel(section.redacted)}</td>
            <td className="number">{whole(section.droppedFields)}</td>
            <td className="cut" title={section.because ?? undefined}>
              {section.because ?? PART_LABELS[section.name] ?? ''}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
