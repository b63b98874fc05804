import type { DuoAuthApi } from '../platform/adapters/duo-auth-api.ts';
import type { Mail, SendMail, SendSms, VerifySms } from '../platform/adapters/messages.ts';
import type { Hasher } from '../platform/kernel/ports.ts';
import type { WithSpan } from '../platform/kernel/tracing-port.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';

type Instruments = { readonly metrics: Metrics | null; readonly withSpan: WithSpan };
type Sms = { readonly sendSms: SendSms } | { readonly verifySms: VerifySms };

/**
 * Wraps a carrier so that each message is counted and gets a span. The span names the carrier, never the text or the
 * recipient.
 */
export function instrumentSms(sms: Sms, carrier: string, instruments: Instruments): Sms {
  const one = sent(instruments, 'sms', carrier);
  if ('sendSms' in sms) return { sendSms: (message) => one(() => sms.sendSms(message)) };
  const { start, check } = sms.verifySms;
  const named = { 'peer.service': carrier };
  return {
    verifySms: {
      start: (to, language) => one(() => start(to, language)),
      check: (reference, code) => instruments.withSpan('check sms', named, () => check(reference, code)),
    },
  };
}

export function instrumentMail(sendMail: SendMail, carrier: string, instruments: Instruments): SendMail {
  const one = sent(instruments, 'email', carrier);
  return (mail: Mail) => one(() => sendMail(mail));
}

/** Counts pushes. A push is a call to Duo, which already has a span. */
export function instrumentPushes(duo: DuoAuthApi, metrics: Metrics | null): DuoAuthApi {
  const one = sent({ metrics, withSpan: (_name, _attributes, work) => work() }, 'duo_push', 'duo');
  return { ...duo, push: (...given) => one(() => duo.push(...given)) };
}

function sent({ metrics, withSpan }: Instruments, channel: string, carrier: string) {
  return async <Result>(send: () => Promise<Result>): Promise<Result> => {
    try {
      const result = await withSpan(`send ${channel}`, { 'peer.service': carrier }, send);
      metrics?.sends.inc({ channel, outcome: 'sent' });
      return result;
    } catch (error) {
      metrics?.sends.inc({ channel, outcome: 'failed' });
      throw error;
    }
  };
}

/** Wraps each call to Duo. It records the duration and whether Duo answered. */
export function instrumentDuo({ metrics, withSpan }: Instruments) {
  return async <Result>(path: string, call: () => Promise<Result>): Promise<Result> => {
    const operation = path.split('/').at(-1) ?? '';
    const begin = performance.now();
    const observe = (outcome: string) => {
      metrics?.duoCalls.observe({ operation, outcome }, (performance.now() - begin) / 1000);
    };
    try {
      const answer = await withSpan(`duo ${operation}`, { 'peer.service': 'duo' }, call);
      observe('answered');
      return answer;
    } catch (error) {
      observe('unreachable');
      throw error;
    }
  };
}

export function instrumentHasher(hasher: Hasher, withSpan: WithSpan): Hasher {
  return {
    ...hasher,
    hash: (...given) => withSpan('hash password', {}, () => hasher.hash(...given)),
    verify: (...given) => withSpan('verify password', {}, () => hasher.verify(...given)),
  };
}
