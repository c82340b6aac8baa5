import { OwnerRefusal } from '../../directory/owner-refusal.js';

/** Something that a director asks for and that cannot be done now; the message says why. */
export class DeskError extends OwnerRefusal {
  override readonly name = 'DeskError';

  constructor(message: string) {
    super('not_available', message);
  }
}
