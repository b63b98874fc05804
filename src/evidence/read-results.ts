import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { NamedTest } from './core/requirement.ts';

/** What is read of the report of `vitest run --reporter=json`. */
const TestReport = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** What is read of the report of `sallyport contract --json`. */
const ContractReport = z.object({
  url: z.string(),
  at: z.iso.datetime(),
  holds: z.boolean(),
  operations: z.array(z.object({ operation: z.string(), requests: z.number(), failed: z.number() })),
  leftOut: z.array(z.string()),
  failures: z.array(z.object({ operation: z.string(), what: z.string(), faults: z.array(z.string()) })),
});
export type ContractReport = z.output<typeof ContractReport>;
export type TestRun = { readonly at: Date; readonly tests: readonly NamedTest[] };

export async function readTestRun(file: string): Promise<TestRun> {
  const { startTime, testResults } = await readReport(file, TestReport, 'vitest run --reporter=json');
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({
      title: fullName,
      file: name.slice(Math.max(0, name.lastIndexOf('/test/') + 1)), // without the folder of whoever ran it
      passed: status === 'passed' ? true : status === 'failed' ? false : null,
    })),
  );
  return { at: new Date(startTime), tests };
}

export async function readContractRun(file: string): Promise<ContractReport> {
  return readReport(file, ContractReport, 'sallyport contract --json FILE');
}

async function readReport<T>(file: string, schema: z.ZodType<T>, from: string): Promise<T> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Error(`${file} cannot be read.`, { cause });
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file} is not what ${from} writes.`, { cause });
  }
}
