import type { Db } from '../../../db/connect.ts';
import { presets } from '../../domain/policy/policy.ts';
import { passwordLimits } from '../../domain/throttling/password-throttle.ts';
import { createProviders } from '../../features/mfa/providers.ts';
import { openLivePolicies } from '../../features/policy/live-policies.ts';
import { createSessionCache } from '../../features/sessions/session-cache.ts';
import { findUserByName } from '../../features/users/user-store.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Config } from '../config/config.ts';
import { letterheadOf } from '../configured-letterhead.ts';
import { linkMailsOf } from '../link-mails.ts';
import { openDatabase } from '../open-database.ts';
import { withModels } from '../read-authenticators.ts';
import { serviceName } from '../service-name.ts';

export type HelpDeps = Pick<
  Deps,
  'db' | 'vault' | 'providers' | 'sessions' | 'portalUrl' | 'linkMails' | 'letterhead' | 'helpRequires'
>;
export type RuleDeps = HelpDeps &
  Pick<Deps, 'preset' | 'passwordLimits' | 'policies' | 'rollout' | 'reloadPolicies'>;
export type KnownUser = { readonly id: string; readonly username: string };

export async function withUser(
  config: Config,
  name: string,
  work: (deps: HelpDeps, user: KnownUser) => Promise<void>,
): Promise<void> {
  await withDeps(config, async (deps) => work(deps, await userNamed(deps.db, name)));
}

export async function userNamed(db: Db, name: string) {
  const username = name.toLowerCase();
  const user = await findUserByName(db, username);
  if (!user) throw new Error(`There is no user named ${username}.`);
  return user;
}

/**
 * Includes every method, so that notices of a change reach the addresses of all factors. A command writes mails and
 * text messages to the outbox and sends nothing itself.
 */
export async function withDeps(config: Config, work: (deps: HelpDeps) => Promise<void>): Promise<void> {
  const { database, vault } = await openDatabase(config);
  const { db } = database;
  const carriers = { sendMail: unsent, sms: smsOf(config) };
  const providers = createProviders({ ...ioOf(config, vault), ...carriers });
  const { helpRequires, http } = config;
  const { portalUrl } = http;
  try {
    const mails = { linkMails: linkMailsOf(config), letterhead: letterheadOf(config) };
    await work({ db, vault, providers, sessions: createSessionCache(db), portalUrl, helpRequires, ...mails });
  } finally {
    await database.close();
  }
}

/**
 * Adds the current policies and only the methods that this configuration offers. Both decide which users a policy
 * refuses.
 */
export async function withRules(config: Config, work: (deps: RuleDeps) => Promise<void>): Promise<void> {
  const duo = config.duo && (await openDuo(config.duo));
  const offered = {
    ...((config.mail || !config.production) && { sendMail: unsent }),
    ...((config.twilio || !config.production) && { sms: smsOf(config) }),
    ...duo?.methods,
    smsCountries: config.smsRules.countries,
  };
  try {
    await withDeps(config, async (deps) => {
      const preset = presets[config.preset];
      const { reload, ...rules } = await openLivePolicies(deps.db, preset);
      const providers = createProviders({ ...ioOf(config, deps.vault), ...offered });
      const limits = { passwordLimits: passwordLimits[config.preset] };
      await work({ ...deps, ...rules, ...limits, providers, preset, reloadPolicies: reload });
    });
  } finally {
    await duo?.close();
  }
}

/** Loaded only if configured: it brings an HTTP client with it. */
async function openDuo(options: NonNullable<Config['duo']>) {
  const { connectDuo } = await import('../../platform/adapters/connect-duo.ts');
  return connectDuo(options);
}

function ioOf(config: Config, { mac }: Deps['vault']) {
  const { http } = config;
  const webauthn = withModels(config.webauthn);
  const letterhead = letterheadOf(config);
  return { serviceName: serviceName(http.issuer), letterhead, mac, ...(webauthn && { webauthn }) };
}

/** Of the kind of the running service: where it can send no text of its own, none must wait in the outbox. */
function smsOf({ twilio, production }: Config) {
  const sendsOwn = twilio ? !twilio.verifyServiceSid : !production;
  return sendsOwn ? { sendSms: unsent } : { verifySms: { start: unsent, check: unsent } };
}

async function unsent(): Promise<never> {
  throw new Error('The console sends nothing');
}
