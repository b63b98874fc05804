import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { NamedTest } from '../../domain/compliance/requirement.ts';

/** The part of the report of `vitest run --reporter=json` that the service reads. */
const TestReport = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['passed', 'failed']),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** The part of the report of `sallyport contract --json` that the service reads. */
export const ContractReport = z.object({
  url: z.string(),
  at: z.iso.datetime(),
  holds: z.boolean(),
  operations: z.array(z.object({ operation: z.string(), requests: z.number(), failed: z.number() })),
  leftOut: z.array(z.string()),
  failures: z.array(z.object({ operation: z.string(), what: z.string(), faults: z.array(z.string()) })),
});
export type ContractReport = z.output<typeof ContractReport>;
export type TestRun = {
  readonly at: Date;
  readonly tests: readonly NamedTest[];
  /**
   * Files that failed without a failed test. A file did not load, or its preparation failed, and some of its tests
   * did not run.
   */
  readonly brokenFiles: readonly string[];
};

export async function readTestRun(file: string): Promise<TestRun> {
  const { startTime, testResults } = await readReport(file, TestReport, 'vitest run --reporter=json');
  const files = testResults.map(({ name, status, assertionResults }) => {
    // without the folder that contains the working copy
    const file = name.slice(Math.max(0, name.lastIndexOf('/test/') + 1));
    const tests = assertionResults.map((one) => ({
      title: one.fullName,
      file,
      passed: passedOf(one.status),
    }));
    return { file, tests, isBroken: status === 'failed' && tests.every(({ passed }) => passed !== false) };
  });
  return {
    at: new Date(startTime),
    tests: files.flatMap(({ tests }) => tests),
    brokenFiles: files.filter(({ isBroken }) => isBroken).map(({ file }) => file),
  };
}

function passedOf(status: string): boolean | null {
  return status === 'passed' ? true : status === 'failed' ? false : null;
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
    throw new Error(`${file} was not written by ${from}.`, { cause });
  }
}
