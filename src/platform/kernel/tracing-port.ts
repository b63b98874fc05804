import type { QueryListener } from '../../../db/connect.ts';

/** A request in progress. */
export type RequestSpan = {
  /** Spans that begin during `work` belong to the request. */
  readonly run: (work: () => void) => void;
  /** `route` is the template, never the path. It is null for an unknown route. */
  readonly end: (how: { readonly route: string | null; readonly status: number }) => void;
};

/** Traces without OpenTelemetry's types, so that the library is loaded only where traces are configured. */
export type Tracing = {
  /** Runs work within a span. Attributes are fixed words. `peer.service` marks a call to another service. */
  readonly withSpan: WithSpan;
  readonly begin: (method: string, headers: { readonly traceparent?: string | undefined }) => RequestSpan;
  readonly onQuery: QueryListener;
  /** Sends the spans that are left. */
  readonly close: () => Promise<void>;
};

export type WithSpan = <Result>(
  name: string,
  attributes: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
) => Promise<Result>;
