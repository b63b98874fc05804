import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes what production consists of, as CycloneDX, and holds it against package-lock.json. npm could leave out the
 * packages of development itself (--omit dev), but then leaves out too what production and development both need.
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
type Locked = { readonly version: string; readonly dev?: boolean; readonly link?: boolean };

const root = new URL('..', import.meta.url);
const file = process.argv[2] ?? 'sbom.json';
const read = (name: string) => JSON.parse(readFileSync(new URL(name, root), 'utf8'));

const options = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const text = execFileSync('npm', ['sbom', ...options], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 27 });
const packages: Readonly<Record<string, Locked>> = read('package-lock.json').packages;
/** The workspaces, such as packages/client: the service does not use them. npm names each by its folder. */
const workspaces = Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
const sbom = productionOf(JSON.parse(text), read('package.json').name);

const faults = faultsOf(sbom, packages);
if (faults.length > 0) throw new Error(`The bill of materials is not whole: ${faults.join('; ')}`);
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
process.stdout.write(`${file}: ${sbom.components.length} packages for production.\n`);

function productionOf({ metadata, ...whole }: Sbom, name: string): Sbom {
  const components = whole.components.filter(
    ({ name, properties = [] }) =>
      !properties.some((one) => one.name === 'cdx:npm:package:development') &&
      !workspaces.some((path) => path.split('/').at(-1) === name),
  );
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
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`);
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
