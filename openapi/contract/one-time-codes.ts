import { createGuardrails, generateSync } from 'otplib';

const period = 30;
/** Secrets that came from another application may be as short as Google Authenticator's first ones. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });

const stepNow = () => Math.floor(Date.now() / 1000 / period);

/** The code of an authenticator app, so many steps from now. */
export function codeAt(secret: string, steps = 0): string {
  return generateSync({ secret, epoch: (stepNow() + steps) * period, guardrails });
}

/** Lets the last seconds of a code pass, so that it is not stale on arrival. */
export async function awayFromStepEnd(): Promise<void> {
  const left = period - ((Date.now() / 1000) % period);
  if (left < 5) await wait(left);
}

/**
 * One code after the other, as they may be used: each works once, and kills those of the steps before it. Of three at a
 * time (RFC 6238 5.2) the oldest is taken first, so that the others are left.
 */
export function createCodes(secret: string) {
  let last = 0;
  return async function next(): Promise<string> {
    await awayFromStepEnd();
    last = Math.max(last + 1, stepNow() - 1);
    const early = last - (stepNow() + 1);
    if (early > 0) await wait(early * period - ((Date.now() / 1000) % period));
    return codeAt(secret, last - stepNow());
  };
}

async function wait(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000 + 100));
}
