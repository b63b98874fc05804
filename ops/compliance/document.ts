import { readdirSync, readFileSync } from 'node:fs';
import { drawRequirements, drawStandards } from '../../src/domain/compliance/draw-compliance.ts';
import { drawRegulation } from '../../src/domain/compliance/draw-controls.ts';
import { regulations } from '../../src/domain/compliance/regulations.ts';
import {
  attacksIn,
  type Catalogue,
  type Covered,
  coverageOf,
  idsIn,
  type NamedTest,
  type TestFiles,
} from '../../src/domain/compliance/requirement.ts';
import { readCatalogue } from '../../src/features/compliance/read-catalogue.ts';

const root = new URL('../..', import.meta.url);
export const documentFile = new URL('docs/compliance.md', root);
export const testFilesFile = new URL('src/features/compliance/test-files.json', root);

/**
 * What begins with an id in the tests: titles, and the names of cases in tables, which are titles once they run. The tests of
 * the evidence itself speak of ids that are only examples.
 */
export function namedTests(catalogue: Catalogue): readonly NamedTest[] {
  const files = readdirSync(new URL('test', root), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.startsWith('evidence/'))
    .sort()
    .flatMap((name) => {
      const text = readFileSync(new URL(`test/${name}`, root), 'utf8').replace(
        /^\s*(\/\/|\*|\/\*\*).*$/gm,
        '',
      );
      const literals = text.match(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"/g) ?? [];
      return literals
        .map((literal) => literal.slice(1, -1))
        .filter(
          (title) => /^(?:C\d+ )?(?:[A-Z]{2}-|attack )\d/.test(title) && namedIn(title, catalogue).length > 0,
        )
        .map((title) => ({ title, file: `test/${name}`, passed: null }));
    });
}

function namedIn(title: string, catalogue: Catalogue): readonly string[] {
  return [...idsIn(title, catalogue), ...attacksIn(title)];
}

/** src/features/compliance/test-files.json, by which the evidence of a run knows what is missing from it. */
export function writeTestFiles(): string {
  const catalogue = readCatalogue();
  const files: TestFiles = {};
  for (const { title, file } of namedTests(catalogue))
    for (const id of namedIn(title, catalogue)) files[id] = [...new Set([...(files[id] ?? []), file])];
  const ordered = Object.entries(files).sort(([one], [other]) =>
    one.localeCompare(other, 'en', { numeric: true }),
  );
  return `${JSON.stringify(Object.fromEntries(ordered), null, 2)}\n`;
}

/** docs/compliance.md, from the catalogue and the tests as they are. */
export function writeCompliance(): string {
  const catalogue = readCatalogue();
  const covered = coverageOf(catalogue, namedTests(catalogue));
  const open = covered.filter(({ result }) => result === 'not covered');
  return `${[
    '# Compliance',
    '',
    'This page lists what the standards require of a service like this, and the tests that show it. `npm run compliance` writes it',
    'from the titles of the tests and `src/features/compliance/requirements.json`. A test fails if they differ. `sallyport evidence`',
    'shows the results of the tests: see [operations.md](operations.md#for-auditors). An item of a standard is *tested* if it has',
    'tests. The assessor decides whether it is met as a whole. The priorities are:',
    '',
    '- M: without it, somebody could get in',
    '- S: a standard requires it',
    '- N: nice to have',
    '',
    'Contents:',
    '',
    `- [Requirements](#requirements): ${covered.length - open.length} of ${covered.length} have tests`,
    '- [Not covered](#not-covered)',
    '- [Presets for a regulation](#presets-for-a-regulation): [cjis](#preset-cjis), [nydfs](#preset-nydfs)',
    '- [OWASP ASVS 5.0](#owasp-asvs-50), [NIST SP 800-63B-4](#nist-sp-800-63b-4), [PCI DSS 4.0.1](#pci-dss-401), [SOC 2](#soc-2)',
    '',
    '## Requirements',
    '',
    ...drawRequirements(covered, filesOf),
    '',
    '## Not covered',
    '',
    'No test names these.',
    '',
    '| id | | requirement | why |',
    '|---|---|---|---|',
    ...open.map(
      (one) => `| ${one.id} | ${one.priority} | ${one.says} | ${one.deliberatelyNot ?? 'not yet'} |`,
    ),
    ...presetsFor(covered),
    ...drawStandards(catalogue, covered, testStateOf),
  ].join('\n')}\n`;
}

function presetsFor(covered: readonly Covered[]): readonly string[] {
  const testsOf = ({ tests }: { readonly tests: readonly string[] }) =>
    tests
      .map((id) => {
        const found = covered.find((one) => one.id === id);
        if (!found) throw new Error(`No requirement ${id}`);
        return `${id}: ${filesOf(found)}`;
      })
      .join('<br>');
  return [
    '',
    '## Presets for a regulation',
    '',
    'The presets `cjis` and `nydfs` of `POLICY_PRESET` set what the service can set. Each control has a row: what the preset sets, what',
    'is left to the operator, and which tests show it. *Exception* is what the text allows, and how it is encoded. `controls.md` of the',
    'evidence compares an installation with both tables: see [operations.md](operations.md#for-auditors). A policy that was changed',
    'below the preset is *not met* there. The tables are no legal advice.',
    '',
    ...regulations.flatMap((one) => [...drawRegulation(one, testsOf), '']),
  ].slice(0, -1);
}

function testStateOf(requirements: readonly Covered[]): string {
  const open = requirements.filter(({ result }) => result === 'not covered').map(({ id }) => id);
  return open.length > 0 ? `no test: ${open.join(', ')}` : 'tested';
}

function filesOf({ tests }: Covered): string {
  const files = [...new Set(tests.map(({ file }) => file))];
  return files.length === 0
    ? '[not covered](#not-covered)'
    : files.map((file) => `[${short(file)}](../${file})`).join(', ');
}

function short(file: string): string {
  return file.replace(/^test\//, '').replace(/(\.unit|\.system|\.embedded)?(\.test|\.journey)?\.ts$/, '');
}
