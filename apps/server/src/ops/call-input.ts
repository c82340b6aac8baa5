import type { z } from 'zod';
import { HttpProblem } from '../http/problem.js';

/** What a call was given, as its schema reads it. @throws HttpProblem 400, which names the field */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.length ? `"${issue.path.join('.')}"` : 'The body';
  // The name of a field that nobody knows is the caller's own word, and what is refused becomes an event.
  const why = issue?.code === 'unrecognized_keys' ? 'it has a field that is not known here' : issue?.message;
  throw new HttpProblem(400, `${where} cannot be used: ${why}.`);
}
