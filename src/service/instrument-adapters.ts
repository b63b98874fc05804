import type { DuoAuthApi } from '../platform/adapters/duo-auth-api.ts';
import type { Mail, SendMail, SendSms, VerifySms } from '../platform/adapters/messages.ts';
import type { Hasher } from '../platform/kernel/ports.ts';
import type { WithSpan } from '../platform/kernel/tracing-port.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';

type Instruments = { readonly metrics: Metrics | null; readonly around: WithSpan };
type Sms = { readonly sendSms: SendSms } | { readonly verifySms: VerifySms };

/** The same carrier, whose messages are counted and are spans. A span says who carries, never what or to whom. */
export function instrumentSms(sms: Sms, carrier: string, watch: Instruments): Sms {
  const one = sent(watch, 'sms', carrier);
  if ('sendSms' in sms) return { sendSms: (message) => one(() => sms.sendSms(message)) };
  const { start, check } = sms.verifySms;
  const named = { 'peer.service': carrier };
  return {
    verifySms: {
      start: (to) => one(() => start(to)),
      check: (reference, code) => watch.around('check sms', named, () => check(reference, code)),
    },
  };
}

export function instrumentMail(sendMail: SendMail, carrier: string, watch: Instruments): SendMail {
  const one = sent(watch, 'email', carrier);
  return (mail: Mail) => one(() => sendMail(mail));
}

/** A push is a call to Duo, which has its span already. */
export function instrumentPushes(duo: DuoAuthApi, metrics: Metrics | null): DuoAuthApi {
  const one = sent({ metrics, around: (_name, _attributes, work) => work() }, 'duo_push', 'duo');
  return { ...duo, push: (...given) => one(() => duo.push(...given)) };
}

function sent({ metrics, around }: Instruments, channel: string, carrier: string) {
  return async <Result>(send: () => Promise<Result>): Promise<Result> => {
    try {
      const result = await around(`send ${channel}`, { 'peer.service': carrier }, send);
      metrics?.sends.inc({ channel, outcome: 'sent' });
      return result;
    } catch (error) {
      metrics?.sends.inc({ channel, outcome: 'failed' });
      throw error;
    }
  };
}

/** Stands around each call to Duo: how long it took, and whether anybody answered. */
export function instrumentDuo({ metrics, around }: Instruments) {
  return async <Result>(path: string, call: () => Promise<Result>): Promise<Result> => {
    const operation = path.split('/').at(-1) ?? '';
    const begin = performance.now();
    const tell = (outcome: string) => {
      metrics?.duoCalls.observe({ operation, outcome }, (performance.now() - begin) / 1000);
    };
    try {
      const answer = await around(`duo ${operation}`, { 'peer.service': 'duo' }, call);
      tell('answered');
      return answer;
    } catch (error) {
      tell('unreachable');
      throw error;
    }
  };
}

export function instrumentHasher(hasher: Hasher, around: WithSpan): Hasher {
  return {
    ...hasher,
    hash: (...given) => around('hash password', {}, () => hasher.hash(...given)),
    verify: (...given) => around('verify password', {}, () => hasher.verify(...given)),
  };
}
