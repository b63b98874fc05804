import type twilio from 'twilio';
import type { SendSms, VerifySms } from './messages.ts';
import { numberIn, twilioRefusal } from './twilio-refusal.ts';

/**
 * The account (`AC…`) with its auth token or an API key (`SK…`), and exactly one sender. A sender is a number or name,
 * a messaging service (`MG…`) or a Verify service (`VA…`). A Verify service makes and checks the codes itself.
 */
export type TwilioOptions = {
  readonly accountSid: string;
  readonly authToken?: string | undefined;
  readonly apiKeySid?: string | undefined;
  readonly apiKeySecret?: string | undefined;
  readonly from?: string | undefined;
  readonly messagingServiceSid?: string | undefined;
  readonly verifyServiceSid?: string | undefined;
  /** Replaces Twilio's own hosts, for proxies and tests: `http://127.0.0.1:4010`. */
  readonly apiUrl?: string | undefined;
  /** Milliseconds for a whole call, from name lookup to the last byte. */
  readonly timeoutMs?: number | undefined;
};

const longestAnswerBytes = 100_000;
/** Twilio drops a message that the telephone has not taken by then. A code is of no use later, and a notice is. */
const ofCode = { validityPeriod: 300, messageIntent: 'otp' };
const ofNotice = { validityPeriod: 14_400, messageIntent: 'security' };

/**
 * Sends text messages through Twilio. It never retries, because a call that timed out may have succeeded. Its functions
 * throw the Problems of twilio-refusal.ts. Throws an Error if the options are incomplete.
 *
 * The client is imported here, because it costs a quarter of a second and 30 MB at load time.
 */
export async function connectTwilio(
  options: TwilioOptions,
): Promise<{ sendSms: SendSms } | { verifySms: VerifySms }> {
  const { default: createClient } = await import('twilio');
  const { verifyServiceSid, apiUrl, timeoutMs = 4000 } = options;
  const client = createClient(...credentialsOf(options), {
    accountSid: options.accountSid,
    ...(apiUrl && { edge: '', region: '' }), // else TWILIO_EDGE and TWILIO_REGION change the host of apiUrl
  });
  if (apiUrl) {
    client.api.baseUrl = apiUrl;
    client.verify.baseUrl = apiUrl;
  }
  // The client's own timeout measures silence only. A server that sends a byte now and then would delay the login.
  client.httpClient.axios.interceptors.request.use((request) => {
    request.signal = AbortSignal.timeout(timeoutMs);
    request.maxContentLength = longestAnswerBytes;
    return request;
  });
  if (verifyServiceSid) return { verifySms: verifyWith(client.verify.v2.services(verifyServiceSid)) };
  return { sendSms: sendWith(client, senderOf(options)) };
}

function sendWith(
  client: twilio.Twilio,
  sender: { from: string } | { messagingServiceSid: string },
): SendSms {
  return async ({ to, text, isNotice }) => {
    const message = await client.messages
      .create({ to, ...sender, body: text, ...(isNotice ? ofNotice : ofCode), riskCheck: 'enable' })
      .catch(refuse);
    if (message.errorCode || !message.sid) refuse({ code: message.errorCode });
  };
}

type VerifyService = ReturnType<twilio.Twilio['verify']['v2']['services']>;

function verifyWith(service: VerifyService): VerifySms {
  return {
    async start(to, locale) {
      const { sid } = await service.verifications.create({ to, channel: 'sms', locale }).catch(refuse);
      return sid ?? refuse(undefined); // the types do not show it, but another server's JSON lacks it
    },

    async check(reference, code) {
      const { status } = await service.verificationChecks
        .create({ verificationSid: reference, code })
        .catch((error: unknown) => (isRefusedCode(error) ? { status: 'failed' } : refuse(error)));
      if (!status) refuse(undefined);
      return status === 'approved'; // Twilio answers a wrong code with 2xx and `pending`
    },
  };
}

/** The verification has ended or never existed, or Twilio cannot parse the code. */
function isRefusedCode(error: unknown): boolean {
  const code = numberIn(error, 'code');
  return code === 20404 || code === 60200;
}

function refuse(error: unknown): never {
  throw twilioRefusal(error);
}

function credentialsOf({ accountSid, authToken, apiKeySid, apiKeySecret }: TwilioOptions): [string, string] {
  if (apiKeySid && apiKeySecret) return [apiKeySid, apiKeySecret];
  if (authToken) return [accountSid, authToken];
  throw new Error('Twilio needs an auth token, or an API key and its secret');
}

function senderOf({ from, messagingServiceSid }: TwilioOptions) {
  if (messagingServiceSid) return { messagingServiceSid };
  if (from) return { from };
  throw new Error('Twilio needs a sender, a messaging service or a Verify service');
}
