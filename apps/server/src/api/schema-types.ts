import type { Answers } from '../edge/http/answers.js';
import type { Messages } from '../sockets/messages.js';

/** Every type that a document has a schema of: `npm run generate` reads it and makes `schemas.generated.ts`. */
export interface SchemaTypes extends Answers, Messages {}
