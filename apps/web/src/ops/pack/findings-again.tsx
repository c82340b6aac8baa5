import type { Finding } from '@okboxbox/protocol';
import { useEffect, useMemo, useState } from 'react';
import { StateBadge } from '../../shell/state-badge.js';
import { causeWords, findingTitle, scopeWords } from '../findings/finding-words.js';
import { OpsPanel } from '../parts/panel.js';
import { Loading, Nothing } from '../parts/states.js';
import { compareFindings, type FindingDifference } from './compare-findings.js';
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
    () => (again === null ? null : compareFindings(findings?.findings ?? [], again)),
    [findings, again],
  );
  return (
    <OpsPanel title="Findings, made again from this pack" aside={`recorded by version ${manifest.version}`}>
      {snapshot === null ? (
        <Nothing>This pack does not hold what findings are made of (the part “snapshot”).</Nothing>
      ) : differences === null ? (
        <Loading />
      ) : (
        <Differences differences={differences} isRecorded={findings !== null} />
      )}
    </OpsPanel>
  );
}

function Differences({ differences, isRecorded }: { differences: readonly FindingDifference[]; isRecorded: boolean }) {
  const different = differences.filter(({ kind }) => kind !== 'same').length;
  return (
    <>
      <p>
        {differences.length === 0 ? (
          <StateBadge state="ok">Nothing is wrong in it, then and now</StateBadge>
        ) : different === 0 ? (
          <StateBadge state="ok">
            {differences.length === 1 ? 'The same, then and now' : `The same ${differences.length}, then and now`}
          </StateBadge>
        ) : (
          <StateBadge state="warn">{`${different} of ${differences.length} differ`}</StateBadge>
        )}
        {!isRecorded && <span className="soft"> The pack recorded none: its part “findings” is not in it.</span>}
      </p>
      <ul className="pack-differences">
        {differences.map(({ kind, finding, words }) => (
          <li key={`${finding.code} ${finding.cause} ${scopeWords(finding.scope)}`}>
            <StateBadge state={KINDS[kind].state}>{KINDS[kind].word}</StateBadge>
            <span>
              {finding.summary}{' '}
              <span className="soft">
                {findingTitle(finding.code)}, {causeWords(finding.cause)}
                {words !== '' && ` · ${words}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
