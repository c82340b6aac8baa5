/** No connection came free in time: all are held. The database itself may do well, and is not away. */
export class PoolUsedUp extends Error {
  override readonly name = 'PoolUsedUp';

  constructor(max: number, waitedMs: number) {
    super(
      `all ${max} connections to the database are in use, and none became free in ${(waitedMs / 1000).toFixed(1)} s`,
    );
  }
}
