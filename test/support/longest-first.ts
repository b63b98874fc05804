import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take long by what they start and not by what they say. Without the times of an earlier run vitest begins
 * with the largest files, and would leave these to one worker at the end.
 */
const longest = [
  'docs/played-',
  'start/server.',
  'docs/adding-a-method.',
  'ship/playbooks.',
  'openapi/contract',
  'login/races.system.',
  'python/package.',
  'docs/pictures.',
  'docs/debugging.',
  'gateways/',
  'start/',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byProject = Map.groupBy(await super.sort(files), ({ project }) => project);
    return [...byProject.values()].flatMap((own) => own.sort((a, b) => rankOf(a) - rankOf(b)));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((part) => moduleId.includes(`/test/${part}`));
  return rank < 0 ? longest.length : rank;
}
