import { OwnerRefusal, type OwnerRefusalCode } from '../../directory/owner-refusal.js';

/** Something that a director asks for and that cannot be done; the message says why. */
export class DeskError extends OwnerRefusal {
  override readonly name = 'DeskError';

  constructor(message: string, code: OwnerRefusalCode = 'not_available') {
    super(code, message);
  }
}
