import { printableLine } from '@okboxbox/protocol';
import { SourceError, type SourceTrouble } from '@okboxbox/sims';

/** What a source says of its data while it is read: said at once, but for damage, by which the command ends. */
export class Troubles {
  /** The first damage that was told; `null` where there was none. */
  damage: SourceError | null = null;

  readonly take = ({ message, isDamage }: SourceTrouble): void => {
    if (isDamage && this.damage === null) this.damage = new SourceError(message);
    else process.stderr.write(`${printableLine(message)}\n`);
  };
}
