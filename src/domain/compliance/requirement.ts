import { z } from 'zod';

/** A requirement from the standards. Tests name its id in their titles. */
export const Requirement = z.strictObject({
  id: z.string().regex(/^[A-Z]{2}-\d+$/),
  priority: z.enum(['M', 'S', 'N']),
  says: z.string(),
  asvs: z.array(z.string()),
  nist: z.array(z.string()),
  pci: z.array(z.string()),
  soc2: z.array(z.string()),
  /** The reason, if the project deliberately does not meet the requirement. */
  deliberatelyNot: z.string().optional(),
});
export type Requirement = z.output<typeof Requirement>;

/** A requirement of OWASP ASVS 5.0 with its level. `otherwise` says what meets it if no test does. */
export const AsvsItem = z.strictObject({
  id: z.string(),
  level: z.number(),
  otherwise: z.string().optional(),
});
export type AsvsItem = z.output<typeof AsvsItem>;

/** The titles for the numbers of the standards and the attacks. A number is an item or a section. */
export const Titles = z.strictObject({
  asvs: z.record(z.string(), z.string()),
  nist: z.record(z.string(), z.string()),
  pci: z.record(z.string(), z.string()),
  soc2: z.record(z.string(), z.string()),
  attacks: z.record(z.string(), z.string()),
});
export type Titles = z.output<typeof Titles>;

export type Catalogue = {
  readonly requirements: readonly Requirement[];
  readonly asvs: readonly AsvsItem[];
  readonly titles: Titles;
};

/** The title of the item, or of the nearest section that contains it. Empty if there is none. */
export function titleOf(titles: Readonly<Record<string, string>>, id: string): string {
  const own = titles[id];
  if (own !== undefined) return own;
  const end = id.lastIndexOf('.');
  return end < 0 ? '' : titleOf(titles, id.slice(0, end));
}

/**
 * For each id in a test title (such as `RL-6` or `attack 18`), the files with those tests. It does not matter whether
 * the tests ran.
 */
export const TestFiles = z.record(z.string(), z.array(z.string()));
export type TestFiles = z.output<typeof TestFiles>;

/** One test, from the source or from the report of a run. `passed` is null if it did not run. */
export type NamedTest = { readonly title: string; readonly file: string; readonly passed: boolean | null };

/**
 * The requirement ids in a text. The catalogue must have their family, so an unknown family such as that of `HD-1` is
 * ignored.
 */
export function idsIn(text: string, { requirements }: Catalogue): readonly string[] {
  const families = new Set(requirements.map(({ id }) => id.slice(0, 2)));
  const found = text.match(/\b[A-Z]{2}-\d+\b/g) ?? [];
  return [...new Set(found)].filter((id) => families.has(id.slice(0, 2)));
}

/** The attacks that a test title names, such as `attack 18`. */
export function attacksIn(text: string): readonly string[] {
  return [...new Set(text.match(/\battack \d+\b/g) ?? [])];
}

export type Result = 'passed' | 'passed in part' | 'failed' | 'not run' | 'not covered';
export type Tested = { readonly tests: readonly NamedTest[]; readonly result: Result };
export type Covered = Requirement & Tested;
export type Attack = Tested & { readonly id: string };

/** `files`: the files with tests that should have run. Without it, no test counts as missing. */
export function coverageOf(
  catalogue: Catalogue,
  tests: readonly NamedTest[],
  files: TestFiles = {},
): readonly Covered[] {
  const testedBy = groupTests(tests, (title) => idsIn(title, catalogue), files);
  return catalogue.requirements.map((one) => ({ ...one, ...testedBy(one.id) }));
}

export function attacksOf(tests: readonly NamedTest[], files: TestFiles = {}): readonly Attack[] {
  const testedBy = groupTests(tests, attacksIn, files);
  const ids = new Set([...Object.keys(files), ...tests.map(({ title }) => title)].flatMap(attacksIn));
  return [...ids].sort(inOrder).map((id) => ({ id, ...testedBy(id) }));
}

function groupTests(
  tests: readonly NamedTest[],
  idsOf: (title: string) => readonly string[],
  files: TestFiles,
): (id: string) => Tested {
  const byId = new Map<string, NamedTest[]>();
  for (const test of tests) for (const id of idsOf(test.title)) byId.set(id, [...(byId.get(id) ?? []), test]);
  return (id) => {
    const ran = byId.get(id) ?? [];
    const missing = (files[id] ?? []).filter((file) => !ran.some((one) => one.file === file));
    const own = [...ran, ...missing.map((file) => ({ title: 'not in this run', file, passed: null }))];
    return { tests: own, result: resultOf(own) };
  };
}

/** One failed test decides the result. If a test did not run, the result is at most `passed in part`. */
function resultOf(tests: readonly NamedTest[]): Result {
  if (tests.length === 0) return 'not covered';
  if (tests.some(({ passed }) => passed === false)) return 'failed';
  if (tests.every(({ passed }) => passed === true)) return 'passed';
  return tests.some(({ passed }) => passed === true) ? 'passed in part' : 'not run';
}

export const standards = [
  { key: 'asvs', name: 'OWASP ASVS 5.0' },
  { key: 'nist', name: 'NIST SP 800-63B-4' },
  { key: 'pci', name: 'PCI DSS 4.0.1' },
  { key: 'soc2', name: 'SOC 2' },
] as const;
export type Standard = (typeof standards)[number]['key'];

export type RequirementRow = {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly requirements: readonly Covered[];
};

/** The items of a standard in their order, each with the requirements that refer to it. */
export function rowsOf(
  standard: Standard,
  { asvs, titles }: Pick<Catalogue, 'asvs' | 'titles'>,
  covered: readonly Covered[],
): readonly RequirementRow[] {
  const known = standard === 'asvs' ? asvs.map(({ id }) => id) : [];
  const ids = new Set([...known, ...covered.flatMap((one) => one[standard])]);
  return [...ids].sort(inOrder).map((id) => ({
    id: standard === 'asvs' ? `${id} (L${asvs.find((one) => one.id === id)?.level ?? '?'})` : id,
    title: titleOf(titles[standard], id),
    note: (standard === 'asvs' && asvs.find((one) => one.id === id)?.otherwise) || '',
    requirements: covered.filter((one) => one[standard].includes(id)),
  }));
}

/** Compares numbers by value: 8.3.6 comes before 8.3.10. */
function inOrder(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
