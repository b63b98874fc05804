import { expect, test } from 'vitest';
import { whyNotApprove } from '../../src/domain/recovery/colleague.ts';

test('RK-8: nobody approves the recovery of the own account, also without an address that shows it', () => {
  const ann = { id: 'a', roles: ['user'], email: null, phone: null };
  const of = (colleague: typeof ann) =>
    whyNotApprove({ colleague, person: ann, needsColleague: false, isMade: false });
  expect(of(ann)).toBe('own_account');
  expect(of({ ...ann, id: 'b' })).toBeNull();
});
