import { z } from 'zod';
import {
  codeOrProof,
  id,
  language,
  languageOfMails,
  password,
  shown,
  time,
  withExamples,
} from '../../platform/http/fields.ts';
import { levelBody, personAreas } from './login-schemas.ts';

export const meBody = withExamples(
  z.strictObject({
    user: z.strictObject({
      id,
      username: z.string(),
      roles: z.array(z.string()),
      email: z.string().nullable().describe('Masked'),
      phone: z.string().nullable().describe('Masked'),
      language: language.nullable().describe(languageOfMails),
      created_at: time,
      last_login: time.nullable(),
    }),
    mfa: z
      .strictObject({
        enabled: z.boolean(),
        method: z.string().nullable(),
        enrolled_at: time.nullable(),
        backup_codes_remaining: z.int(),
        required: z.boolean(),
        encouraged: z.boolean(),
      })
      .describe('A summary of /auth/mfa/status'),
    session: z.strictObject({
      id,
      auth_time: time,
      expires_at: time,
      recovered: z.boolean().describe('Opened with a recovery code'),
    }),
    area: z.enum(personAreas),
    scope: z.string(),
    level: levelBody.describe('The current level of the session'),
  }),
  {
    me: {
      user: {
        id: shown.userId,
        username: shown.username,
        roles: ['user'],
        email: 'a•••@e•••.gov',
        phone: shown.phoneHint,
        language: 'en',
        created_at: shown.time,
        last_login: shown.time,
      },
      mfa: {
        enabled: true,
        method: 'totp',
        enrolled_at: shown.time,
        backup_codes_remaining: 10,
        required: false,
        encouraged: false,
      },
      session: { id: shown.sessionId, auth_time: shown.time, expires_at: shown.ends, recovered: false },
      area: 'public',
      scope: 'profile',
      level: { acr: 'urn:sallyport:acr:2', amr: ['pwd', 'otp', 'mfa'], mfa: true, mfa_time: shown.time },
    },
  },
);

export const changeMeBody = withExamples(
  z.strictObject({ language: language.nullable().describe(languageOfMails) }),
  { 'in Spanish': { language: 'es' }, 'as the service': { language: null } },
);

const sessionBody = z.strictObject({
  id,
  area: z.enum(personAreas),
  acr: z.string(),
  amr: z.array(z.string()),
  created_at: time,
  last_active_at: time,
  expires_at: time,
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  current: z.boolean(),
});

export const sessionsBody = withExamples(z.strictObject({ sessions: z.array(sessionBody) }), {
  sessions: {
    sessions: [
      {
        id: shown.sessionId,
        area: 'public',
        acr: 'urn:sallyport:acr:2',
        amr: ['pwd', 'otp', 'mfa'],
        created_at: shown.time,
        last_active_at: shown.time,
        expires_at: shown.ends,
        ip: '192.0.2.1',
        user_agent: 'Mozilla/5.0',
        current: true,
      },
    ],
  },
});

const change = { current_password: shown.password, new_password: 'eight dry parasols' };
export const changePasswordBody = withExamples(
  z.strictObject({
    current_password: password,
    new_password: password,
    mfa_token: codeOrProof.optional(),
  }),
  { 'from a fresh session': change, 'with a code': { ...change, mfa_token: shown.code } },
);
