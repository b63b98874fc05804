import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Fault, misbehave, refuse } from './fake-twilio-faults.ts';
import { createMessages, type FakeMessage } from './fake-twilio-messages.ts';
import { createVerify, type FakeVerification } from './fake-twilio-verify.ts';

/** What the fake knows; a client that uses other names or secrets is refused as Twilio would. */
export const twilioAccount = {
  accountSid: `AC${'0123456789abcdef'.repeat(2)}`,
  authToken: 'a-token-that-must-never-be-logged',
  apiKeySid: `SK${'0123456789abcdef'.repeat(2)}`,
  apiKeySecret: 'a-secret-that-must-never-be-logged',
  from: '+15005550006',
  messagingServiceSid: `MG${'0123456789abcdef'.repeat(2)}`,
  verifyServiceSid: `VA${'0123456789abcdef'.repeat(2)}`,
};

export type FakeTwilio = {
  readonly url: string;
  readonly messages: readonly FakeMessage[];
  readonly verifications: readonly FakeVerification[];
  /** How many requests came, answered or not. */
  readonly requestCount: () => number;
  /** The next `times` requests meet this, before anything else is looked at. */
  readonly fault: (fault: Fault, times?: number) => void;
  readonly close: () => Promise<void>;
};

/** Twilio's Messages and Verify APIs on a free port of this machine; both under one `url`. */
export async function startFakeTwilio(): Promise<FakeTwilio> {
  const { accountSid, verifyServiceSid } = twilioAccount;
  const { messages, send } = createMessages(accountSid);
  const { verifications, start, check } = createVerify({ accountSid, serviceSid: verifyServiceSid });
  const routes = new Map([
    [`/2010-04-01/Accounts/${accountSid}/Messages.json`, send],
    [`/v2/Services/${verifyServiceSid}/Verifications`, start],
    [`/v2/Services/${verifyServiceSid}/VerificationCheck`, check],
  ]);
  const faults: Fault[] = [];
  let requests = 0;

  const server = createServer(async (request, response) => {
    requests += 1;
    const form = new URLSearchParams(await text(request));
    const fault = faults.shift();
    if (fault) return misbehave(response, fault);
    if (!isKnown(request)) return refuseLogin(response);
    const route = routes.get(request.url ?? '');
    const missing = `The requested resource ${request.url?.replace(/^\/v2/, '')} was not found`;
    if (!route || request.method !== 'POST') return refuse(response, 404, 20404, missing);
    route(response, form);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a string only for pipes

  return {
    url: `http://127.0.0.1:${port}`,
    messages,
    verifications,
    requestCount: () => requests,
    fault: (fault, times = 1) => void faults.push(...Array<Fault>(times).fill(fault)),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function isKnown({ headers }: IncomingMessage): boolean {
  const { accountSid, authToken, apiKeySid, apiKeySecret } = twilioAccount;
  return [`${accountSid}:${authToken}`, `${apiKeySid}:${apiKeySecret}`]
    .map((credentials) => `Basic ${Buffer.from(credentials).toString('base64')}`)
    .includes(headers.authorization ?? '');
}

function refuseLogin(response: ServerResponse) {
  refuse(response, 401, 20003, 'Authenticate', { detail: 'Your AccountSid or AuthToken was incorrect.' });
}
