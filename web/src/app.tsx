import { Component, lazy, type ReactNode, Suspense, useMemo } from 'react';
import { Button } from './components/button.tsx';
import { Heading } from './components/heading.tsx';
import { Shell } from './components/shell.tsx';
import { Link, usePath } from './router.tsx';
import { type Route, routeOf } from './routes.ts';
import { useTexts } from './texts/language.tsx';

/** The page of the path, in its layout. */
export function App() {
  const route = routeOf(usePath());
  return (
    <Suspense>
      <Shell layout={route?.layout ?? 'card'}>
        <UnlessBroken key={window.location.pathname} instead={<BrokenPage />}>
          <Suspense fallback={<Loading />}>{route ? <Page route={route} /> : <NotFoundPage />}</Suspense>
        </UnlessBroken>
      </Shell>
    </Suspense>
  );
}

const pages = new Map<Route, ReturnType<typeof lazy>>();

function Page({ route }: { readonly route: Route }) {
  const Content = useMemo(() => {
    const page = pages.get(route) ?? lazy(route.load);
    pages.set(route, page);
    return page;
  }, [route]);
  return <Content />;
}

function Loading() {
  const t = useTexts('common');
  return <p className="quiet">{t.loading}</p>;
}

function NotFoundPage() {
  const t = useTexts('common');
  return (
    <div className="stack">
      <Heading>{t.notFoundTitle}</Heading>
      <p>{t.notFound}</p>
      <p>
        <Link href="/">{t.startPage}</Link>
      </p>
      <p>
        <Link href="/login">{t.logIn}</Link>
      </p>
    </div>
  );
}

function BrokenPage() {
  const t = useTexts('common');
  return (
    <div className="stack">
      <Heading>{t.brokenTitle}</Heading>
      <p>{t.broken}</p>
      <Button variant="primary" onClick={() => window.location.reload()}>
        {t.tryAgain}
      </Button>
    </div>
  );
}

/** A page that cannot be loaded, as when the service was updated while it was open, or that has a fault. */
class UnlessBroken extends Component<{ children: ReactNode; instead: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };
  static getDerivedStateFromError = () => ({ isBroken: true });
  override render = () => (this.state.isBroken ? this.props.instead : this.props.children);
}
