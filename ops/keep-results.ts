import { writeFile } from 'node:fs/promises';
import { readContractRun, readTestRun } from '../src/features/compliance/read-results.ts';
import { shippedFile, writeShipped } from '../src/features/compliance/shipped-results.ts';

// npm run release-results -- TESTS [CONTRACT]: puts the results of a release's own tests where it is shipped with them.
const [tests, contract] = process.argv.slice(2);
if (!tests) throw new Error('Name the report of vitest run --reporter=json, and that of contract --json.');
const results = {
  run: await readTestRun(tests),
  contract: contract === undefined ? null : await readContractRun(contract),
};
await writeFile(shippedFile, writeShipped(results));
process.stdout.write(`Wrote ${shippedFile.pathname}: ${results.run.tests.length} tests.\n`);
