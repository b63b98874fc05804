// Trusts this device, so that later logins on it ask for no factor. Ask the user first.
import { createClient, type DeviceStore } from '@sallyport/client';

export function trustingLogin(baseUrl: string, devices: DeviceStore, askCode: () => Promise<string>) {
  const client = createClient({ baseUrl, mode: 'memory', devices });

  async function logIn(username: string, password: string) {
    const answer = await client.login({ username, password });
    if (answer.kind !== 'challenge') return answer;
    return client.verify(answer, { code: await askCode(), rememberDevice: 'Laptop' });
  }
  /** Stops trusting all devices, and ends the sessions that they opened. */
  const forget = () => client.devices.forgetAll();
  return { client, logIn, forget };
}
