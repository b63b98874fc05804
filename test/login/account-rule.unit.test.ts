import { describe, expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { recoveryRuleOf } from '../../src/domain/recovery/account-rule.ts';
import type { RecoveryKind } from '../../src/domain/recovery/recovery-rule.ts';

const alone = { isRuled: false, waitHours: 0 };

/** The rule of an account of the areas public and vendor. */
function ruleOf(
  own: { readonly public: readonly RecoveryKind[]; readonly vendor: readonly RecoveryKind[] },
  second = alone,
) {
  const { standard } = presets;
  const policies = {
    ...standard,
    public: { ...standard.public, accountRecovery: { from: own.public, waitHours: 24 } },
    vendor: { ...standard.vendor, accountRecovery: { from: own.vendor, waitHours: 24 } },
  };
  return recoveryRuleOf(policies, ['user', 'vendor'], second);
}

describe('RK-8: nobody begins a recovery that cannot be finished', () => {
  test('where the areas of the account have only one kind in common', () => {
    expect(ruleOf({ public: ['recovery_code', 'address'], vendor: ['recovery_code', 'device'] })).toBeNull();
    const both = ['recovery_code', 'address'] as const;
    expect(ruleOf({ public: both, vendor: [...both, 'device'] })).toMatchObject({ from: both });
  });

  test('where a second person must take part, and no area lets a colleague', () => {
    const kinds = ['recovery_code', 'address'] as const;
    expect(ruleOf({ public: kinds, vendor: kinds }, { ...alone, isRuled: true })).toBeNull();
    const more = [...kinds, 'colleague'] as const;
    expect(ruleOf({ public: more, vendor: more }, { ...alone, isRuled: true })).toMatchObject({
      needsColleague: true,
    });
  });
});
