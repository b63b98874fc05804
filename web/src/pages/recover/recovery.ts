import { isProblem, type Operations } from '@sallyport/client';
import { createRecovery } from '@sallyport/client/recovery';
import { client, devices } from '../../session.ts';

export const recovery = createRecovery(client);
export type Recovery = Operations['POST /auth/recovery/state']['answer'];
export type Kind = Recovery['ways'][number];

const place = 'sallyport.recovery';

/** The continue code of this browser, so that the person need not type it after the wait. Null: there is none. */
export function keptCode(): string | null {
  try {
    return window.localStorage.getItem(place);
  } catch {
    return null; // the browser forbids it
  }
}

/** Null: forgets it. */
export function keepCode(code: string | null): void {
  try {
    if (code === null) window.localStorage.removeItem(place);
    else window.localStorage.setItem(place, code);
  } catch {
    // Then the person types it.
  }
}

/** It ended, or the account was changed. A code that was typed wrong looks the same. */
export const isOver = (error: unknown) => isProblem(error, 'invalid-token');

const areas = ['public', 'vendor'];

/** Shows the device that this browser is trusted as. Null: it is none. The service gives the next token of the device. */
export async function showDevice(
  code: string,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<Recovery | null> {
  for (const area of areas) {
    const key = `${area}:${username.toLowerCase()}`;
    const trusted_device = await devices.load(key);
    if (!trusted_device) continue;
    const answer = await recovery.show(code, { trusted_device, password });
    if (answer.trusted_device) await devices.save(key, answer.trusted_device);
    return answer;
  }
  return null;
}
