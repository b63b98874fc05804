import { type AuthState, createClient, type DeviceStore } from '@sallyport/client';
import { useSyncExternalStore } from 'react';
import { settings } from './settings.ts';
import type { Language } from './texts/catalogues.ts';

/** Tokens of trusted devices stay on this device. Their keys are hashed, so that nobody reads here who logs in. */
export const devices: DeviceStore = {
  async load(key) {
    try {
      return window.localStorage.getItem(await nameOf(key)) ?? undefined;
    } catch {
      return undefined; // the browser forbids it
    }
  },
  async save(key, token) {
    try {
      window.localStorage.setItem(await nameOf(key), token);
    } catch {
      // Then the next login asks for the factor.
    }
  },
};

async function nameOf(key: string): Promise<string> {
  const hash = await window.crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  const digits = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `sallyport.device.${digits.join('').slice(0, 32)}`;
}

let stepUp: Parameters<typeof createClient>[0]['onStepUp'];

/** The one client of the pages. The refresh token is in a cookie that no script can read. */
export const client = createClient({
  baseUrl: settings.api,
  mode: 'cookie',
  devices,
  onStepUp: async (challenge, demand) => stepUp?.(challenge, demand),
});

/** Mails and text messages follow the language that a logged-in person chooses. The page does not wait for it. */
export function saveLanguage(language: Language): void {
  hasChosen = true;
  if (client.state.status === 'authenticated')
    client.call('PATCH /auth/me', { body: { language } }).catch(() => {});
}

let hasChosen = false;

/** Whether somebody has chosen a language here since this was last asked. */
export function choseLanguage(): boolean {
  const chose = hasChosen;
  hasChosen = false;
  return chose;
}

/** Says who asks the person for a fresh factor. `components/step-up.tsx` does. */
export function answerStepUps(ask: typeof stepUp): () => void {
  stepUp = ask;
  return () => {
    if (stepUp === ask) stepUp = undefined;
  };
}

/** Who is logged in. `unknown` until `client.restore()` or the first call has asked. */
export function useAuthState(): AuthState {
  return useSyncExternalStore(client.subscribe, () => client.state);
}
