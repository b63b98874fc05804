import type { QueryListener } from '../../../db/connect.ts';

/** A request under way. */
export type RequestSpan = {
  /** What begins within this belongs to the request. */
  readonly run: (work: () => void) => void;
  /** `route` is the template, never the path; null where there is none. */
  readonly end: (how: { readonly route: string | null; readonly status: number }) => void;
};

/** Spans without OpenTelemetry's own types, so that nothing of it is loaded where nobody asked for traces. */
export type Tracing = {
  /** A span around some work. Attributes are fixed words: `peer.service` marks a call to somebody else. */
  readonly withSpan: WithSpan;
  readonly begin: (method: string, headers: { readonly traceparent?: string | undefined }) => RequestSpan;
  readonly hearQuery: QueryListener;
  /** Sends what is left. */
  readonly close: () => Promise<void>;
};

export type WithSpan = <Result>(
  name: string,
  attributes: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
) => Promise<Result>;
