import { useQuery } from '@tanstack/react-query';
import { Heading } from '../../../components/heading.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { languageName, type Texts } from '../../../texts/catalogues.ts';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { Facts } from '../parts/facts.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useRoleNames } from '../parts/use-role-names.ts';
import { PersonActions } from './person-actions.tsx';
import { PersonFactors } from './person-factors.tsx';
import { PersonLock } from './person-lock.tsx';
import { PersonRecoveries } from './person-recoveries.tsx';
import type { User } from './person-rules.ts';
import { PersonTimeline } from './person-timeline.tsx';

/** One person: how the account stands, what happened to it, and what this role may do about it. */
export function Person({ id }: { readonly id: string }) {
  const t = useTexts('console-people');
  const query = useQuery({
    queryKey: ['person', id],
    queryFn: async ({ signal }) => {
      const user = await client.call('GET /admin/users/{id}', { params: { id }, signal });
      return { ...user, readAt: Date.now() };
    },
  });
  return (
    <div className="stack wide">
      <p>
        <Link href="/console/people">{t.backToSearch}</Link>
      </p>
      {!query.data && <Heading>{t.person}</Heading>}
      <Loaded query={query}>{(user) => <Detail user={user} />}</Loaded>
    </div>
  );
}

type Words = Pick<Texts<'console-people'>, 'passwordUnset' | 'passwordRemoved' | 'passwordSince'>;

function passwordWords(user: Pick<User, 'password_set' | 'passwordless'>, t: Words, since: string): string {
  if (user.passwordless) return t.passwordRemoved(since);
  return user.password_set ? t.passwordSince(since) : t.passwordUnset;
}

function Detail({ user }: { readonly user: User }) {
  const t = useTexts('console-people');
  const roleName = useRoleNames();
  const format = useFormat();
  const facts: readonly (readonly [string, string])[] = [
    [t.email, user.email ?? t.none],
    [t.phone, user.phone ?? t.none],
    [t.language, languageName(user.language) ?? t.languageOfService],
    [t.roles, user.roles.map(roleName).join(', ') || t.none],
    [t.created, format.dateTime(user.created_at)],
    [t.lastLogin, user.last_login ? format.dateTime(user.last_login) : t.never],
    [t.password, passwordWords(user, t, format.date(user.password_changed_at))],
    [t.liveSessions, t.sessions(user.live_sessions)],
  ];
  return (
    <>
      <div className="stack tight">
        <Heading>{user.username}</Heading>
        <div className="row tight">
          <Badge tone={user.status === 'active' ? 'success' : 'danger'}>
            {user.status === 'active' ? t.active : t.disabled}
          </Badge>
          {user.enrolled ? (
            <Badge tone="success">{t.hasFactor}</Badge>
          ) : (
            <Badge tone="warning">{t.noFactor}</Badge>
          )}
        </div>
      </div>
      <PersonLock user={user} />
      <PersonRecoveries user={user} />
      {user.must_enrol && <Notice>{t.mustEnrol}</Notice>}
      <section className="panel stack">
        <h2>{t.account}</h2>
        <Facts facts={facts} />
      </section>
      <PersonFactors user={user} />
      <PersonActions user={user} />
      <PersonTimeline id={user.id} />
    </>
  );
}
