type Locked = {
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
};

/** What builds the pages. Nothing of it is in them. */
const tools = /^(@types\/|vite$|@vitejs\/)/;

/**
 * The packages that may be built into the pages, as `name@version`. npm calls them packages of development, because no
 * process of the service loads them. Their code is shipped all the same.
 */
export function packagesInPages(locked: Readonly<Record<string, Locked>>): ReadonlySet<string> {
  const found = new Map<string, string>();
  const take = (name: string, from: string) => {
    const path = placeOf(locked, name, from);
    const one = path === null ? undefined : locked[path];
    if (!path || !one || found.has(path)) return; // an optional package that is not installed
    found.set(path, `${name}@${one.version}`);
    for (const next of Object.keys(one.dependencies ?? {})) take(next, path);
  };
  for (const name of Object.keys(locked.web?.devDependencies ?? {})) if (!tools.test(name)) take(name, 'web');
  return new Set(found.values());
}

/** Where Node finds a package that another one imports: beside it, or further up. */
function placeOf(locked: Readonly<Record<string, Locked>>, name: string, from: string): string | null {
  for (let at = from; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    const path = `${at}/node_modules/${name}`;
    if (path in locked) return path;
    if (!at.includes('/node_modules/')) break;
  }
  return `node_modules/${name}` in locked ? `node_modules/${name}` : null;
}
