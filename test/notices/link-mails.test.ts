import { describe, expect, test } from 'vitest';
import { plainLetterhead } from '../../src/domain/notices/letterhead.ts';
import { writeLinkNotice } from '../../src/domain/notices/password-link-notices.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { letterheadOf } from '../../src/service/configured-letterhead.ts';
import { linkMailsOf } from '../../src/service/link-mails.ts';
import { forgot } from '../support/links.ts';
import { mailsTo } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const letterhead = plainLetterhead('Example <County>');
const world = useWorld({ linkMails: { invitePath: '/invite' }, letterhead });

describe('the mail of an invitation', () => {
  test('says who invites to what, as text and as HTML, and leads to /invite', async () => {
    const root = await staff(world);
    const email = 'invited-1@example.com';
    const { body } = await root.post('/admin/users', { username: 'invited-1', email, roles: ['user'] });
    const [mail] = await mailsTo(world, email);
    expect(mail?.text).toContain(`${root.username} invites you to Example <County>. Set a password`);
    expect(mail?.text).toMatch(/^http:\/\/127\.0\.0\.1:3000\/invite#token=[\w-]{43}$/m);
    expect(mail?.html).toContain(`${root.username} invites you to Example &lt;County&gt;.`);
    expect(mail?.html).not.toContain('<County>');
    expect(mail?.subject).not.toContain(root.username); // the outbox keeps the subject in clear text

    const other = await staff(world);
    const again = await other.post(`/admin/users/${body.id}/invitation`, { reason: 'The mail was lost' });
    expect(again.status).toBeLessThan(300);
    const [second] = await mailsTo(world, email);
    expect(second?.text).toContain(`${other.username} invites you to`); // who invites now
  });

  test('other links lead to /reset, and name no person', async () => {
    const ann = await world.user();
    await forgot(world, ann.username);
    const [mail] = await mailsTo(world, ann.email);
    expect(mail?.text).toContain('Somebody asked for a new password for your account at Example <County>.');
    expect(mail?.text).toContain('http://127.0.0.1:3000/reset#token=');
    expect(mail?.text).not.toContain('invites');
  });

  test('from the console it names the service alone, and no name becomes HTML', () => {
    const about = { purpose: 'invitation', token: 'x', lifeSeconds: 86_400 } as const;
    const pageUrl = 'http://a.example/invite';
    const by = (invitedBy: string | null) =>
      writeLinkNotice(plainLetterhead('County'), {
        ...about,
        pageUrl,
        user: { username: "o'<b>@a.example", language: null },
        invitedBy,
      });
    expect(by(null).text).toMatch(/^You are invited to County\. Set a password/m);
    expect(by('<img src=x>').html).not.toMatch(/<img|<b>/);
  });
});

describe('where an invitation leads', () => {
  const of = (env: NodeJS.ProcessEnv) => {
    const config = readConfig({ ISSUER: 'https://login.example.gov', ...env });
    return { ...linkMailsOf(config), serviceName: letterheadOf(config).serviceName };
  };

  test('to /invite where the pages are those of this service, with the name of the brand', () => {
    expect(of({ BRAND_NAME: 'County' })).toEqual({ serviceName: 'County', invitePath: '/invite' });
    expect(of({ PORTAL_URL: 'https://login.example.gov' }).invitePath).toBe('/invite');
  });

  test('to /reset where another application has the page', () => {
    expect(of({ PORTAL_URL: 'https://app.example.gov' }).invitePath).toBe('/reset');
    const env = { PAGES: 'off', PORTAL_URL: 'https://login.example.gov' };
    expect(of(env)).toEqual({ serviceName: 'login.example.gov', invitePath: '/reset' });
  });
});
