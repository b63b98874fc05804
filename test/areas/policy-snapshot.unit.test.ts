import { expect, test } from 'vitest';
import { isCurrent, type Policies, presets, snapshotOf } from '../../src/domain/policy/policy.ts';

const unreadable = new Error('The policy cannot be read');

/** Policies as they live: each read follows the variable. */
function live(start: Policies) {
  let now = start;
  let broken = false;
  const policies: Policies = {
    get admin() {
      if (broken) throw unreadable;
      return now.admin;
    },
    get public() {
      return now.public;
    },
    get vendor() {
      return now.vendor;
    },
    get service() {
      return now.service;
    },
  };
  return {
    policies,
    turn: (to: Policies) => {
      now = to;
    },
    breakAdmin: () => {
      broken = true;
    },
  };
}

test('a snapshot stays as it was when the policies change', () => {
  const { policies, turn } = live(presets.standard);
  const snapshot = snapshotOf(policies);
  expect(isCurrent(snapshot, policies)).toBe(true);
  turn(presets.strict);
  expect(snapshot.admin).toBe(presets.standard.admin);
  expect(isCurrent(snapshot, policies)).toBe(false);
  expect(snapshotOf(policies).admin).toBe(presets.strict.admin);
});

test('an area that cannot be read throws in the snapshot, and the others do not', () => {
  const { policies, breakAdmin } = live(presets.standard);
  breakAdmin();
  const snapshot = snapshotOf(policies);
  expect(() => snapshot.admin).toThrow(unreadable);
  expect(snapshot.public).toBe(presets.standard.public);
  expect(isCurrent(snapshot, policies)).toBe(false);
});
