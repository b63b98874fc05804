import { z } from 'zod';

/** What the standards ask, each under an id that tests name in their titles. */
export const Requirement = z.strictObject({
  id: z.string().regex(/^[A-Z]{2}-\d+$/),
  priority: z.enum(['M', 'S', 'N']),
  says: z.string(),
  asvs: z.array(z.string()),
  nist: z.array(z.string()),
  pci: z.array(z.string()),
  soc2: z.array(z.string()),
  /** Why it is not done, where that was decided. */
  deliberatelyNot: z.string().optional(),
});
export type Requirement = z.output<typeof Requirement>;

/** A requirement of ASVS 5.0, with its level, and what meets it where no test does. */
export const AsvsItem = z.strictObject({
  id: z.string(),
  level: z.number(),
  otherwise: z.string().optional(),
});
export type AsvsItem = z.output<typeof AsvsItem>;

export type Catalogue = { readonly requirements: readonly Requirement[]; readonly asvs: readonly AsvsItem[] };

/** One test, wherever it comes from: its source, or a report of a run. */
export type NamedTest = { readonly title: string; readonly file: string; readonly passed: boolean | null };

/** The ids in a text, of families that the catalogue has: `HD-1` is nobody's. */
export function idsIn(text: string, { requirements }: Catalogue): readonly string[] {
  const families = new Set(requirements.map(({ id }) => id.slice(0, 2)));
  const found = text.match(/\b[A-Z]{2}-\d+\b/g) ?? [];
  return [...new Set(found)].filter((id) => families.has(id.slice(0, 2)));
}

export type Result = 'passed' | 'failed' | 'not run' | 'not covered';
export type Covered = Requirement & { readonly tests: readonly NamedTest[]; readonly result: Result };

export function coverageOf(catalogue: Catalogue, tests: readonly NamedTest[]): readonly Covered[] {
  const byId = new Map<string, NamedTest[]>();
  for (const test of tests)
    for (const id of idsIn(test.title, catalogue)) byId.set(id, [...(byId.get(id) ?? []), test]);
  return catalogue.requirements.map((one) => {
    const own = byId.get(one.id) ?? [];
    return { ...one, tests: own, result: resultOf(own) };
  });
}

/** One that failed decides; one that was skipped, beside one that passed, does not. */
function resultOf(tests: readonly NamedTest[]): Result {
  if (tests.length === 0) return 'not covered';
  if (tests.some(({ passed }) => passed === false)) return 'failed';
  return tests.some(({ passed }) => passed === true) ? 'passed' : 'not run';
}

export const standards = [
  { key: 'asvs', name: 'OWASP ASVS 5.0' },
  { key: 'nist', name: 'NIST SP 800-63B-4' },
  { key: 'pci', name: 'PCI DSS 4.0.1' },
  { key: 'soc2', name: 'SOC 2' },
] as const;
export type Standard = (typeof standards)[number]['key'];

export type Row = {
  readonly id: string;
  readonly note: string;
  readonly requirements: readonly Covered[];
};

/** A standard's own items in their order, each with the requirements that it leads to. */
export function rowsOf(standard: Standard, { asvs }: Catalogue, covered: readonly Covered[]): readonly Row[] {
  const known = standard === 'asvs' ? asvs.map(({ id }) => id) : [];
  const ids = new Set([...known, ...covered.flatMap((one) => one[standard])]);
  return [...ids].sort(inOrder).map((id) => ({
    id: standard === 'asvs' ? `${id} (L${asvs.find((one) => one.id === id)?.level ?? '?'})` : id,
    note: (standard === 'asvs' && asvs.find((one) => one.id === id)?.otherwise) || '',
    requirements: covered.filter((one) => one[standard].includes(id)),
  }));
}

/** 8.3.6 before 8.3.10. */
function inOrder(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
