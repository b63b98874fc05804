/** A built file that pages load. Its name contains a hash of its content, so browsers may keep it for ever. */
export type PageFile = {
  readonly type: string;
  readonly bytes: Buffer;
  /** Null: the file does not become smaller. */
  readonly compressed: { readonly br: Buffer; readonly gzip: Buffer } | null;
};

/** How an organisation shows itself on the pages. */
type Brand = {
  readonly name: string;
  /** Null: the pages' own colour. The second one is for dark pages. */
  readonly colors: { readonly light: string; readonly dark: string } | null;
  /** Null: the pages show the name. */
  readonly logo: (PageFile & { readonly ending: string }) | null;
  /** Whom users ask for help: a mail address, a URL, or words. Null: the pages say "your administrator". */
  readonly help: string | null;
};

export type Pages = {
  /** The one document of all pages. */
  readonly html: string;
  /** The paths at which the document is served. One that ends in `/*` stands for all paths below it. */
  readonly paths: readonly string[];
  /** By URL. */
  readonly files: ReadonlyMap<string, PageFile>;
  readonly brand: Brand;
  /** Origins other than the service's own to which a login may lead back. */
  readonly returnOrigins: readonly string[];
};
