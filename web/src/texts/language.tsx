import { createContext, type ReactNode, startTransition, use, useEffect, useMemo, useState } from 'react';
import { type CatalogueName, catalogues, type Language, languages, type Texts } from './catalogues.ts';
import { createFormat, type Format } from './format.ts';

const key = 'sallyport.language';
const loaded = new Map<string, Promise<unknown>>();

const LanguageContext = createContext<{
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly format: Format;
} | null>(null);

/** The language that the person chose here, else the browser's first that the pages speak. */
export function firstLanguage(): Language {
  const wanted = [readChoice(), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  return wanted.find((tag): tag is Language => tag !== undefined && tag in languages) ?? 'en';
}

/** Loads a catalogue, each one once. */
export function loadTexts<Name extends CatalogueName>(language: Language, name: Name): Promise<Texts<Name>> {
  const id = `${language}/${name}`;
  const known = loaded.get(id) as Promise<Texts<Name>> | undefined;
  if (known) return known;
  // The compiler has checked that each language has the shape of the English one.
  const load = catalogues[name][language] as () => Promise<{ default: Texts<Name> }>;
  const texts = load().then((module) => module.default);
  loaded.set(id, texts);
  return texts;
}

export function LanguageProvider({ initial, children }: { initial: Language; children: ReactNode }) {
  const [language, show] = useState(initial);
  const value = useMemo(() => {
    const setLanguage = (next: Language) => {
      storeChoice(next);
      startTransition(() => show(next)); // the old texts stay until the new ones are there
    };
    return { language, setLanguage, format: createFormat(language) };
  }, [language]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

export function useLanguage() {
  const value = use(LanguageContext);
  if (!value) throw new Error('No LanguageProvider');
  return value;
}

/** Dates, times and numbers in the person's language. */
export function useFormat(): Format {
  return useLanguage().format;
}

/** The texts of a catalogue in the person's language: `const t = useTexts('login')`. */
export function useTexts<Name extends CatalogueName>(name: Name): Texts<Name> {
  return use(loadTexts(useLanguage().language, name));
}

function readChoice(): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null; // the browser forbids it
  }
}

function storeChoice(language: Language): void {
  try {
    window.localStorage.setItem(key, language);
  } catch {
    // Then the choice lasts as long as the page.
  }
}
