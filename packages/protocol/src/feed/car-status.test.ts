import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { officialRemark, officialTerm, STATUS_TERMS, shortStatus } from './car-status.js';
import { CAR_STATUSES } from './vocabulary.js';

describe('the words for a status', () => {
  it('are there for each, and no two statuses share one', () => {
    expect(Object.keys(STATUS_TERMS)).toEqual([...CAR_STATUSES]);
    const terms = CAR_STATUSES.map((status) => STATUS_TERMS[status]);
    for (const { short, label } of terms) {
      expect(short).toMatch(/^[A-Z]{2,5}$/);
      expect(label).toMatch(/^[a-z ]+$/);
    }
    expect(new Set(terms.map(({ short }) => short)).size).toBe(terms.length);
    expect(new Set(terms.map(({ label }) => label)).size).toBe(terms.length);
  });

  it('STA-4: a word of the results is known however it is written', () => {
    expect(['DQ', 'Did Not Finish', 'not-classified', 'DID NOT START', 'Withdrawn'].map(officialTerm)).toEqual([
      { status: 'disqualified', short: 'DSQ' },
      { status: 'retired', short: 'DNF' },
      { status: 'retired', short: 'NC' },
      { status: 'notInWorld', short: 'DNS' },
      { status: 'retired', short: 'WD' },
    ]);
    for (const status of CAR_STATUSES) expect(officialTerm(status)?.status).toBe(status);
    for (const word of ['', 'Radiator', 'constructor', '__proto__']) expect(officialTerm(word)).toBeNull();
  });

  it('in short are of a bounded set, whatever the results say', () => {
    const allowed = new Set([
      ...Object.values(STATUS_TERMS).map(({ short }) => short),
      'DNF',
      'DNS',
      'DNQ',
      'NC',
      'WD',
    ]);
    fc.assert(
      fc.property(fc.constantFrom(...CAR_STATUSES), fc.option(fc.string()), (status, word) => {
        expect(allowed).toContain(shortStatus(status, word));
      }),
    );
  });

  it('in short are those of the results where the race of the car is over', () => {
    expect(shortStatus('retired', 'DNF')).toBe('DNF');
    expect(shortStatus('notInWorld', 'dns')).toBe('DNS');
    expect(shortStatus('finished', 'NC')).toBe('NC');
    expect(shortStatus('running', 'DNF')).toBe('RUN');
    expect(shortStatus('retired', 'Finished')).toBe('RET');
    expect(shortStatus('disqualified', 'Retired')).toBe('DSQ');
    expect(shortStatus('retired', 'Disconnected')).toBe('RET');
  });

  it('of the results are a remark only where they say more than the status', () => {
    expect(officialRemark('retired', 'DNF')).toBe('DNF');
    expect(officialRemark('retired', 'Disconnected')).toBe('Disconnected');
    expect(officialRemark('finished', 'Radiator')).toBe('Radiator');
    expect(officialRemark('running', 'Retired')).toBe('Retired');
    for (const [status, word] of [
      ['retired', 'Retired'],
      ['disqualified', 'DQ'],
      ['finished', 'Finished'],
      ['pit', 'Running'],
      ['retired', null],
    ] as const) {
      expect(officialRemark(status, word)).toBeNull();
    }
  });
});
