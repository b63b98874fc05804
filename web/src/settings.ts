/** What the service, or the operator of a static host, has put into the document. */
export type Settings = {
  /** The URL of the service. By default the origin of the pages. */
  readonly api: string;
  readonly brand: { readonly name: string; readonly logo: string | null; readonly help: string | null };
  /** Origins other than this one to which a login may lead back. */
  readonly returnOrigins: readonly string[];
  /** Whether `/docs` is there. */
  readonly docs: boolean;
  /** What a login begins with, by area. An area that is not named takes a password. */
  readonly firstFactor: Readonly<Partial<Record<string, 'passkey' | 'either'>>>;
};

export const settings: Settings = readSettings();

function readSettings(): Settings {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="sallyport-settings"]');
  const given: Partial<Settings> = JSON.parse(meta?.content || '{}');
  return {
    api: given.api ?? window.location.origin,
    brand: { name: 'Sallyport', logo: null, help: null, ...given.brand },
    returnOrigins: given.returnOrigins ?? [],
    docs: given.docs ?? false,
    firstFactor: given.firstFactor ?? {},
  };
}
