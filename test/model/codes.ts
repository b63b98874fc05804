import { codeOf } from '../support/actor.ts';
import type { Account } from './facts.ts';
import type { History } from './history.ts';

/** The newest is 0. */
export function pick<One>(all: readonly One[], at: number): One | undefined {
  return all.length === 0 ? undefined : all[all.length - 1 - (at % all.length)];
}

export const codeKinds = [
  'this step',
  'next step',
  'step before',
  'second app',
  'spent',
  'recovery',
  'dead recovery',
  'bypass',
  'of somebody else',
  'wrong',
] as const;
export type CodeKind = (typeof codeKinds)[number];

const unknownRecovery = 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF';

/** A code as somebody may type it; a wrong one where there is none of that kind. */
export function typedCode({ accounts }: History, owner: Account, kind: CodeKind): string {
  const [app, second] = owner.apps;
  const wrong = '000000';
  switch (kind) {
    case 'this step':
      return app ? codeOf(app.secret) : wrong;
    case 'next step':
      return app ? codeOf(app.secret, 1) : wrong;
    case 'step before':
      return app ? codeOf(app.secret, -1) : wrong;
    case 'second app':
      return second ? codeOf(second.secret) : wrong;
    case 'spent':
      return owner.spentCode ?? wrong;
    case 'recovery':
      return owner.recovery[0] ?? unknownRecovery;
    case 'dead recovery':
      return owner.deadCodes.at(-1) ?? unknownRecovery;
    case 'bypass':
      return owner.bypass?.code ?? unknownRecovery;
    case 'of somebody else': {
      const other = accounts.find((one) => one !== owner)?.apps[0];
      return other ? codeOf(other.secret) : wrong;
    }
    case 'wrong':
      return wrong;
  }
}

type Where = { readonly apps: Account['apps']; readonly recovery?: boolean; readonly bypass?: boolean };
export type Meaning =
  | {
      readonly kind: 'right';
      readonly by: string;
      readonly amr: readonly string[];
      readonly spend: () => void;
    }
  | { readonly kind: 'used' | 'wrong' };

function readCode(owner: Account, text: string, now: number, where: Where): Meaning {
  for (const app of where.apps) {
    const step = Math.floor(now / 30);
    const found = [step, step - 1, step + 1].find((one) => codeOf(app.secret, 0, one * 30_000) === text);
    if (found === undefined) continue;
    if (found <= app.lastStep) return { kind: 'used' };
    const spend = () => {
      app.lastStep = found;
    };
    return { kind: 'right', by: app.id, amr: ['pwd', 'otp', 'mfa'], spend };
  }
  const backup = { kind: 'right', by: 'backup', amr: ['pwd', 'rc', 'mfa'] } as const;
  if (where.recovery && owner.recovery.includes(text)) {
    const spend = () => {
      owner.recovery = owner.recovery.filter((one) => one !== text);
      owner.deadCodes.push(text);
    };
    return { ...backup, spend };
  }
  const { bypass } = owner;
  if (where.bypass && bypass?.code === text && bypass.uses > 0 && now < bypass.endsAt)
    return {
      ...backup,
      spend: () => {
        bypass.uses -= 1;
      },
    };
  return { kind: 'wrong' };
}

/** What a code means where these count. */
export function meaningOf(owner: Account, text: string, now: number, where: Where): Meaning {
  const meaning = readCode(owner, text, now, where);
  if (meaning.kind !== 'right') return meaning;
  const spend = () => {
    meaning.spend();
    owner.spentCode = text;
  };
  return { ...meaning, spend };
}
