import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { packagesInPages } from './packages-in-pages.ts';

/**
 * Writes what production consists of, as CycloneDX, and holds it against package-lock.json. npm could leave out the
 * packages of development itself (--omit dev), but then leaves out too what production and development both need. What
 * is built into the pages is shipped with them, so it is listed too.
 */
type Component = {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
};
type Sbom = {
  readonly metadata: { readonly component: object };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
};
type Locked = {
  readonly version: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};
const development = 'cdx:npm:package:development';

const root = new URL('..', import.meta.url);
const file = process.argv[2] ?? 'sbom.json';
const read = (name: string) => JSON.parse(readFileSync(new URL(name, root), 'utf8'));

const options = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const text = execFileSync('npm', ['sbom', ...options], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 27 });
const packages: Readonly<Record<string, Locked>> = read('package-lock.json').packages;
const inPages = packagesInPages(packages);
/** The workspaces, such as packages/client: the service does not use them. npm names each by its folder. */
const workspaces = Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
const sbom = productionOf(JSON.parse(text), read('package.json').name);

const faults = faultsOf(sbom, packages);
if (faults.length > 0) throw new Error(`The bill of materials is not whole: ${faults.join('; ')}`);
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
process.stdout.write(`${file}: ${sbom.components.length} packages for production.\n`);

function productionOf({ metadata, ...whole }: Sbom, name: string): Sbom {
  const components = whole.components
    .filter(
      ({ name, version, properties = [] }) =>
        (inPages.has(`${name}@${version}`) || !properties.some((one) => one.name === development)) &&
        !workspaces.some((path) => path.split('/').at(-1) === name),
    )
    .map(({ properties, ...one }) => ({
      ...one,
      ...(properties && { properties: properties.filter(({ name: property }) => property !== development) }),
    }));
  const refs = new Set(components.map((one) => one['bom-ref']));
  const isOurs = (ref: string) => ref.startsWith(`${name}@`);
  const dependencies = whole.dependencies
    .filter(({ ref }) => refs.has(ref) || isOurs(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  // npm takes the name from the folder.
  return {
    ...whole,
    metadata: { ...metadata, component: { ...metadata.component, name } },
    components,
    dependencies,
  };
}

function faultsOf({ components }: Sbom, packages: Readonly<Record<string, Locked>>): readonly string[] {
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
  const needed = Object.entries(packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`)
    .concat(...inPages);
  const unlicensed = components.filter(
    ({ licenses = [] }) => !licenses.some((one) => one.license?.id ?? one.expression),
  );
  return [
    ...needed.filter((one) => !listed.has(one)).map((one) => `${one} is missing`),
    ...[...listed].filter((one) => !needed.includes(one)).map((one) => `${one} is for development`),
    ...unlicensed.map(({ name }) => `${name} says no licence`),
    ...(needed.length === 0 ? ['it is empty'] : []),
  ];
}
