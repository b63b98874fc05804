import { createRoot } from 'react-dom/client';
import './lib/mail-link.ts'; // first, because it takes a token out of the address
import { App } from './app.tsx';
import { routeOf } from './routes.ts';
import { firstLanguage, LanguageProvider, loadTexts } from './texts/language.tsx';

const language = firstLanguage();
const route = routeOf(window.location.pathname);
const root = document.getElementById('root');

// Loaded together and before the first paint, so that nothing jumps.
await Promise.allSettled([
  loadTexts(language, 'common'),
  route && loadTexts(language, route.texts),
  route?.load(),
]);
if (root)
  createRoot(root).render(
    <LanguageProvider initial={language}>
      <App />
    </LanguageProvider>,
  );
