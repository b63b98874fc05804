import type { MFAProvider } from '../../src/domain/mfa/provider.ts';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import type { Hasher } from '../../src/platform/kernel/ports.ts';
import type { World } from './world.ts';

/** A place in a request where it waits, if asked to, while something else is done. */
export function createGate() {
  let armed: { readonly reached: () => void; readonly opened: Promise<void> } | null = null;

  /** The first request that comes here waits; those that come after it do not. */
  async function pass(): Promise<void> {
    const gate = armed;
    armed = null;
    if (!gate) return;
    gate.reached();
    await gate.opened;
  }

  /** Makes a request, does something else while it waits at the gate, and gives the answer of the request. */
  async function during<Answer>(
    request: () => Promise<Answer>,
    work: () => Promise<unknown>,
  ): Promise<Answer> {
    const reached = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    armed = { reached: reached.resolve, opened: opened.promise };
    const answering = request();
    const first = await Promise.race([
      reached.promise.then(() => 'reached'),
      answering.then(() => 'answered'),
    ]);
    if (first === 'answered') throw new Error('The request never came to the gate');
    try {
      await work();
    } finally {
      opened.resolve();
    }
    return answering;
  }

  return { pass, during };
}

export type Gate = ReturnType<typeof createGate>;

/** Passwords that were found right or wrong wait at the gate before the result is used. */
export function hasherWithGate({ pass }: Gate): Hasher {
  const plain = createHasher({ memoryKiB: 1024, passes: 1 });
  const verify: Hasher['verify'] = async (...given) => {
    const right = await plain.verify(...given);
    await pass();
    return right;
  };
  return { ...plain, verify };
}

/** So do enrolments, challenges and verdicts of the authenticator app. */
export function gateTotp({ app }: Pick<World, 'app'>, { pass }: Gate): void {
  const { providers } = app.deps;
  const totp = providers.get('totp');
  if (!totp) throw new Error('No authenticator apps');
  const waiting: MFAProvider = {
    ...totp,
    enrol: async (...given) => {
      const enrolment = await totp.enrol(...given);
      await pass();
      return enrolment;
    },
    challenge: async (...given) => {
      const challenge = await totp.challenge(...given);
      await pass();
      return challenge;
    },
    verify: async (...given) => {
      const verdict = await totp.verify(...given);
      await pass();
      return verdict;
    },
  };
  Object.assign(app.deps, { providers: new Map([...providers, ['totp', waiting]]) });
}
