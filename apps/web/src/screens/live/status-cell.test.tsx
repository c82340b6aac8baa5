import { CAR_STATUSES, type CarStatus } from '@okboxbox/protocol';
import { STATUS_LABELS } from '@okboxbox/race-view';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { StatusCell } from './status-cell.js';

const drawn = (status: CarStatus, officialStatus: string | null) =>
  renderToStaticMarkup(<StatusCell status={status} officialStatus={officialStatus} />);

describe('a status cell', () => {
  it('shows every status by its words and nothing else where the results say nothing', () => {
    for (const status of CAR_STATUSES) {
      expect(drawn(status, null)).toBe(`<td data-col="status" data-tone="${status}">${STATUS_LABELS[status]}</td>`);
    }
  });

  it('shows the word of the results, not only as a tooltip, where it says more', () => {
    expect(drawn('retired', 'Radiator')).toContain('✕ RET<small>Radiator</small>');
    expect(drawn('running', 'Disconnected')).toContain('<small>Disconnected</small>');
  });

  it('does not say the same twice', () => {
    for (const [status, word] of [
      ['retired', 'Retired'],
      ['disqualified', 'Disqualified'],
      ['finished', 'Finished'],
      ['running', 'Running'],
      ['outLap', 'Running'],
    ] as const) {
      expect(drawn(status, word)).not.toContain('<small>');
    }
  });
});
