import type { PackManifest } from '@okboxbox/protocol';
import { bytes } from '../../format.js';
import { StateBadge } from '../../shell/state-badge.js';
import { momentOf, whole } from '../figures.js';
import { OpsTable } from '../parts/ops-table.js';
import { Facts } from '../parts/panel.js';
import { aboutWords, byRuleWords, PACK_STATUS, PART_WORDS, packBytes, redactedWords } from './pack-words.js';

/** What is in a pack, part by part: how each did, how large it is, and what was taken out of it. */
export function ManifestTable({ manifest }: { manifest: PackManifest }) {
  const { redaction, window: of } = manifest;
  return (
    <>
      <Facts
        facts={[
          ['of', aboutWords(manifest)],
          ['made', momentOf(manifest.createdAt)],
          ['reaches', `${momentOf(of.from)} to ${momentOf(of.to)}`],
          ['server', `${manifest.version}${manifest.gitSha === null ? '' : ` (${manifest.gitSha.slice(0, 10)})`}`],
          ['size', bytes(packBytes(manifest))],
          ['taken out', `${redactedWords(redaction.byRule)} (rules ${redaction.rulesVersion})`],
        ]}
      />
      <OpsTable
        heads={['Part', 'Status', { number: 'Size' }, 'Taken out', { number: 'Unknown fields' }, 'Holds, or why not']}
        className="pack-parts"
      >
        {manifest.sections.map((section) => (
          <tr key={section.name}>
            <th scope="row">{section.name}</th>
            <td>
              <StateBadge state={PACK_STATUS[section.status].state}>{PACK_STATUS[section.status].word}</StateBadge>
            </td>
            <td className="number">{section.status === 'success' ? bytes(section.bytes) : '–'}</td>
            <td title={byRuleWords(section.redacted)}>{redactedWords(section.redacted)}</td>
            <td className="number">{whole(section.droppedFields)}</td>
            <td className="cut" title={section.because ?? undefined}>
              {section.because ?? PART_WORDS[section.name] ?? ''}
            </td>
          </tr>
        ))}
      </OpsTable>
    </>
  );
}
