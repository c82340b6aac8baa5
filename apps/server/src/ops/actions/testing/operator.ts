import type { AuditAnswer, OpsActAnswer, Problem } from '@okboxbox/protocol';
import { expect } from 'vitest';
import { eventually } from '../../../../../../testing/eventually.js';
import type { serverForEachTest } from '../../../testing/running-server.js';

/** Acts on a running server with every right; `refusal` is the same where a problem is expected. */
export function operatorOf({ get, post, token }: ReturnType<typeof serverForEachTest>) {
  return {
    act: async (path: string, more: object = {}) => post<OpsActAnswer>(path, more, await token('admin')),
    refusal: async (path: string, more: object = {}) => post<Problem>(path, more, await token('admin')),
    /** The audit trail, newest first, once all of it is stored. */
    trail: async (): Promise<AuditAnswer['entries']> =>
      eventually(async () => {
        const answer = await get<AuditAnswer>('/api/ops/audit', await token('ops'));
        expect(answer.status).toBe(200);
        expect(answer.body.entries.length).toBeGreaterThan(0);
        expect(answer.body.waiting).toBe(0);
        return answer.body.entries;
      }),
  };
}
