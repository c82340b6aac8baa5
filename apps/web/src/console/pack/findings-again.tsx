import { titleOf } from '@okboxbox/findings';
import type { Finding } from '@okboxbox/protocol';
import { useEffect, useMemo, useState } from 'react';
import { Panel } from '../../kit/panel.js';
import { StateBadge } from '../../kit/state-badge.js';
import { Loading, Nothing } from '../../kit/states.js';
import { causeLabel, scopeLabel } from '../findings/finding-labels.js';
import { type FindingDifference, findingDifferences } from './finding-differences.js';
import type { OpenedPack } from './read-pack.js';

const KINDS: Readonly<Record<FindingDifference['kind'], { readonly word: string; readonly state: 'ok' | 'warn' }>> = {
  same: { word: 'the same', state: 'ok' },
  changed: { word: 'changed', state: 'warn' },
  only_recorded: { word: 'not found again', state: 'warn' },
  only_again: { word: 'found now', state: 'warn' },
};

/** What the pack recorded as wrong, against what the detectors of this page find in what it carries. */
export function FindingsAgain({ pack }: { pack: OpenedPack }) {
  const { snapshot, findings, manifest } = pack;
  const [again, setAgain] = useState<readonly Finding[] | null>(null);
  useEffect(() => {
    if (snapshot === null) return;
    let isWanted = true;
    // Detectors are loaded where a pack is opened: the console reads what the server has found.
    void import('@okboxbox/findings').then(({ DETECTORS, runDetectors }) => {
      if (isWanted) setAgain(runDetectors(snapshot, DETECTORS).findings);
    });
    return () => {
      isWanted = false;
    };
  }, [snapshot]);
  const differences = useMemo(
    () => (again === null ? null : findingDifferences(findings?.findings ?? [], again)),
    [findings, again],
  );
  return (
    <Panel title="Findings, recomputed from this pack" aside={`recorded by version ${manifest.version}`}>
      {snapshot === null ? (
        <Nothing>This pack has no data for findings (the part “snapshot”).</Nothing>
      ) : differences === null ? (
        <Loading />
      ) : (
        <Differences differences={differences} isRecorded={findings !== null} />
      )}
    </Panel>
  );
}

function Differences({ differences, isRecorded }: { differences: readonly FindingDifference[]; isRecorded: boolean }) {
  const different = differences.filter(({ kind }) => kind !== 'same').length;
  return (
    <>
      <p>
        {differences.length === 0 ? (
          <StateBadge state="ok">No problems, then and now</StateBadge>
        ) : different === 0 ? (
          <StateBadge state="ok">
            {differences.length === 1 ? 'The same, then and now' : `The same ${differences.length}, then and now`}
          </StateBadge>
        ) : (
          <StateBadge state="warn">{`${different} of ${differences.length} differ`}</StateBadge>
        )}
        {!isRecorded && <span className="soft"> The pack has no recorded findings.</span>}
      </p>
      <ul className="pack-differences">
        {differences.map(({ kind, finding, words }) => (
          <li key={`${finding.code} ${finding.cause} ${scopeLabel(finding.scope)}`}>
            <StateBadge state={KINDS[kind].state}>{KINDS[kind].word}</StateBadge>
            <span>
              {finding.summary}{' '}
              <span className="soft">
                {titleOf(finding.code)}, {causeLabel(finding.cause)}
                {words !== '' && ` · ${words}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
