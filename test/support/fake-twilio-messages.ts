import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { answer, refuse } from './fake-twilio-faults.ts';

/** A message that Twilio has accepted; `form` is all that the client sent. */
export type FakeMessage = {
  readonly sid: string;
  readonly to: string;
  readonly body: string;
  readonly form: Readonly<Record<string, string>>;
};

type Refusal = readonly [status: number, code: number, message: string];

/** Numbers that Twilio's test credentials refuse: https://www.twilio.com/docs/iam/test-credentials. */
const magicTo: Readonly<Record<string, Refusal>> = {
  '+15005550001': [400, 21211, "The 'To' number +15005550001 is not a valid phone number."],
  '+15005550002': [400, 21612, "The 'To' phone number: +15005550002, is not currently reachable via SMS"],
  '+15005550003': [
    400,
    21408,
    "Permission to send an SMS to the region of 'To' number: +15005550003 is not enabled",
  ],
  '+15005550004': [400, 21610, 'Attempt to send to unsubscribed recipient +15005550004'],
  '+15005550009': [400, 21614, 'To number: +15005550009, is not a mobile number'],
};
const magicFrom: Readonly<Record<string, Refusal>> = {
  '+15005550001': [
    400,
    21212,
    "The 'From' number +15005550001 is not a valid phone number, shortcode, or sender ID.",
  ],
  '+15005550007': [
    400,
    21606,
    'The From phone number +15005550007 is not a valid, SMS-capable inbound phone number',
  ],
  '+15005550008': [429, 21611, "This 'From' number has exceeded the maximum number of queued messages"],
};

/** The Messages resource of one account: what it accepts can be read from `messages`, oldest first. */
export function createMessages(accountSid: string) {
  const messages: FakeMessage[] = [];

  function send(response: ServerResponse, form: URLSearchParams) {
    const refusal = refusalOf(form);
    if (refusal) return refuse(response, ...refusal);
    const [to, body] = [form.get('To') ?? '', form.get('Body') ?? ''];
    const sid = `SM${randomBytes(16).toString('hex')}`;
    messages.push({ sid, to, body, form: Object.fromEntries(form) });
    const messagingServiceSid = form.get('MessagingServiceSid');
    const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;
    answer(response, 201, {
      ...{ account_sid: accountSid, api_version: '2010-04-01', body, sid, to, from: form.get('From') },
      ...{ date_created: new Date().toUTCString(), date_sent: null, date_updated: new Date().toUTCString() },
      ...{
        direction: 'outbound-api',
        error_code: null,
        error_message: null,
        num_media: '0',
        num_segments: '1',
      },
      ...{ price: null, price_unit: 'USD', messaging_service_sid: messagingServiceSid },
      ...{
        status: messagingServiceSid ? 'accepted' : 'queued',
        subresource_uris: { media: `${uri}/Media.json` },
      },
      uri: `${uri}.json`,
    });
  }

  return { messages, send };
}

function refusalOf(form: URLSearchParams): Refusal | undefined {
  const [to, from, body] = [form.get('To') ?? '', form.get('From') ?? '', form.get('Body') ?? ''];
  if (!to) return [400, 21604, "A 'To' phone number is required."];
  if (!from && !form.get('MessagingServiceSid')) return [400, 21603, "A 'From' phone number is required."];
  if (!body) return [400, 21602, 'Message body is required.'];
  if (body.length > 1600)
    return [400, 21617, 'The concatenated message body exceeds the 1600 character limit.'];
  if (!/^\+[1-9]\d{6,14}$/.test(to))
    return [400, 21211, `The 'To' number ${to} is not a valid phone number.`];
  return magicFrom[from] ?? magicTo[to];
}
