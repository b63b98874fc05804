import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { TextField } from '../../../components/field.tsx';
import { Heading } from '../../../components/heading.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Link } from '../../../router.tsx';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { More } from '../parts/more.tsx';
import { useDebounced } from '../parts/use-debounced.ts';
import { useRoleNames } from '../parts/use-role-names.ts';
import { useSearchState } from '../parts/use-search-state.ts';
import { Person } from './person.tsx';

/** Finds a person by any part of the name, the address or the number. Below it, `/console/people/ID` is one person. */
export default function PeopleScreen({ rest }: { readonly rest: string }) {
  return rest ? <Person key={rest} id={rest} /> : <Search />;
}

function Search() {
  const t = useTexts('console-people');
  const [typed, type] = useSearchState('q');
  const q = useDebounced(typed.trim());
  const list = useInfiniteQuery({
    queryKey: ['people', q],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      client.call('GET /admin/users', {
        query: { limit: 25, q: q || undefined, cursor: pageParam || undefined },
        signal,
      }),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData, // the list does not blink while somebody types
  });
  return (
    <div className="stack">
      <Heading>{t.title}</Heading>
      <Reported />
      <TextField
        type="search"
        label={t.search}
        description={t.searchHelp}
        value={typed}
        maxLength={128}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        onChange={(event) => type(event.target.value)}
      />
      <Loaded query={list}>
        {({ pages }) => {
          const users = pages.flatMap((page) => page.users);
          return (
            <>
              <p role="status" className="small quiet">
                {list.isPlaceholderData ? t.searching : t.found(users.length, list.hasNextPage)}
              </p>
              <ul className="plain-list people">
                {users.map((user) => (
                  <li key={user.id}>
                    <Found user={user} />
                  </li>
                ))}
              </ul>
              <More list={list} />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

/** People who pressed "it was not me" in a mail. They stand first, because somebody may be in their account. */
function Reported() {
  const t = useTexts('console-people');
  const { data } = useQuery({
    queryKey: ['people', 'reported'],
    queryFn: ({ signal }) =>
      client.call('GET /admin/users', { query: { reported: 'true', limit: 50 }, signal }),
  });
  if (!data || data.users.length === 0) return null;
  return (
    <Notice tone="danger">
      <h2>{t.reportedTitle}</h2>
      <p>{t.reportedHelp}</p>
      <ul>
        {data.users.map(({ id, username }) => (
          <li key={id}>
            <Link href={`/console/people/${id}`}>{username}</Link>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

type FoundUser = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly roles: readonly string[];
  readonly status: string;
  readonly enrolled: boolean;
};

function Found({ user }: { readonly user: FoundUser }) {
  const t = useTexts('console-people');
  const roleName = useRoleNames();
  return (
    <Link className="person-link" href={`/console/people/${user.id}`}>
      <span className="person-name">{user.username}</span>
      <span className="person-address">{[user.email, user.phone].filter(Boolean).join(' · ')}</span>
      <span className="row tight">
        <Badge>{user.roles.map(roleName).join(', ')}</Badge>
        {user.status === 'disabled' && <Badge tone="danger">{t.disabled}</Badge>}
        {user.enrolled ? (
          <Badge tone="success">{t.hasFactor}</Badge>
        ) : (
          <Badge tone="warning">{t.noFactor}</Badge>
        )}
      </span>
    </Link>
  );
}
