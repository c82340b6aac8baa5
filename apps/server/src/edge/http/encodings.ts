/** How the bytes of an answer are compressed. */
export type Encoding = 'br' | 'gzip' | 'identity';

/** The smallest form that a client takes, by its `Accept-Encoding`: what it refuses with `q=0`, or does not name, is not used. */
export function bestEncoding(accepted: string | undefined): Encoding {
  const weights = new Map<string, number>();
  for (const part of (accepted ?? '').split(',')) {
    const [name = '', ...params] = part.trim().toLowerCase().split(';');
    const weight = params.find((each) => each.trim().startsWith('q='));
    weights.set(name.trim(), weight === undefined ? 1 : Number(weight.trim().slice(2)));
  }
  const takes = (name: Encoding) => (weights.get(name) ?? weights.get('*') ?? 0) > 0;
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}
