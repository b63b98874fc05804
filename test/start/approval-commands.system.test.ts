import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseOfCommands } from '../support/database.ts';
import { typedIn } from '../support/typed.ts';

const patience = 120_000;
let database: Awaited<ReturnType<typeof databaseOfCommands>>;
beforeAll(async () => {
  database = await databaseOfCommands({ LOG_LEVEL: 'silent' });
  const boss = 'user add --username boss --email boss@x.gov --role admin --password-stdin';
  await run(boss, 'seven wet umbrellas');
}, patience);
afterAll(() => database.close());

const run = (line: string, stdin = '') => typedIn(database.env, line.split(' '), stdin);
const printed = async (line: string) => (await run(line)).printed.join('\n');

describe('the terminal', () => {
  test(
    'shows and changes the rules for approvals, and says what a small house cannot have',
    async () => {
      expect(await printed('approvals rules')).toMatch(/^mfa_reset +none$/m);
      const set = 'approvals set --action mfa_reset --mode second_person_and_wait --wait-hours 4';
      const answer = await printed(set);
      expect(answer).toContain('mfa_reset has the rule second_person_and_wait now.');
      expect(answer).toContain('Nobody can approve mfa_reset');
      expect(await printed('approvals rules')).toMatch(/^mfa_reset +second_person_and_wait, 4 hours$/m);
      for (const wrong of [
        'approvals set --action nothing --mode none',
        'approvals set --action mfa_reset --mode never',
        'approvals set --action mfa_reset --mode second_person_and_wait --wait-hours 1e3',
      ])
        await expect(run(wrong), wrong).rejects.toThrow();
      expect(await printed('approvals list')).toBe('');
    },
    patience,
  );

  test(
    'makes recovery shares, each once',
    async () => {
      const text = await printed('break-glass make --shares 4 --needed 2');
      const shares = [...text.matchAll(/^\d of 4 {2}([\w-]{44})$/gm)].map(([, share]) => share);
      expect(new Set(shares).size).toBe(4);
      await expect(run('break-glass make --shares 2 --needed 3')).rejects.toThrow('--needed');
    },
    patience,
  );
});
