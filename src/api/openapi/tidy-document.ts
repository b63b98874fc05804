type Json = Readonly<Record<string, unknown>>;

/**
 * Moves every schema with a title to `components`, so that it appears once and a code generator can name its type.
 * Removes redundant keywords. Throws if two different schemas have the same title.
 */
export function tidy<Document extends Json>(document: Document, more: Json): Document {
  const schemas: Record<string, unknown> = {};
  const paths = tidied(document.paths, schemas);
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, paths, components: { ...Object(document.components), ...more, schemas: sorted } };
}

function tidied(node: unknown, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(node)) return node.map((one) => tidied(one, schemas));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node)
    .filter(([key, value]) => !isObvious(key, value, node))
    .map(([key, value]) => [key, key === 'examples' ? value : tidied(value, schemas)]);
  const kept = Object.fromEntries(entries);
  if (typeof kept.title !== 'string') return kept;
  const { title } = kept;
  if (title in schemas && JSON.stringify(schemas[title]) !== JSON.stringify(kept))
    throw new Error(`Two schemas are called ${title}`);
  schemas[title] = kept;
  return { $ref: `#/components/schemas/${title}` };
}

/** Redundant: the limits of safe integers, a pattern beside its format, the type of record keys, and own extensions. */
function isObvious(key: string, value: unknown, of: object): boolean {
  if (key === 'minimum' || key === 'maximum') return Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
  if (key === 'pattern') return 'format' in of;
  return key === 'propertyNames' || key === 'x-shown';
}
