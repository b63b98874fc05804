import type { Metric } from 'prom-client';

type Route = { readonly method: string; readonly route: string };
type Times = { readonly counts: number[]; sum: number };

const requestsName = 'sallyport_http_request_duration_seconds';
const help = 'Duration of HTTP requests, until the response is sent';

/**
 * A histogram in the format of prom-client, for the figure that every request has. prom-client looks up the labels at
 * each observation. Here each route keeps its own counts, and samples are built only at a scrape.
 */
export function createRequestTimes(buckets: readonly number[]) {
  const routes: (Route & { readonly classes: Map<number, Times> })[] = [];

  /** Returns the function that records the status and the seconds of each answer of a route. */
  function of(method: string, route: string): (status: number, seconds: number) => void {
    const classes = new Map<number, Times>();
    routes.push({ method, route, classes });
    return (status, seconds) => {
      const hundred = Math.trunc(status / 100);
      let times = classes.get(hundred);
      if (!times) {
        times = { counts: Array<number>(buckets.length + 1).fill(0), sum: 0 };
        classes.set(hundred, times);
      }
      let bucket = 0;
      while (seconds > (buckets[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
      times.counts[bucket] = (times.counts[bucket] ?? 0) + 1;
      times.sum += seconds;
    };
  }

  async function get() {
    const values = routes.flatMap(({ method, route, classes }) =>
      [...classes].flatMap(([hundred, times]) =>
        samples(buckets, { method, route, status: `${hundred}xx` }, times),
      ),
    );
    return { name: requestsName, help, type: 'histogram', values };
  }

  // The registry asks a metric for its name and its values only. prom-client's type accepts nothing but its own
  // classes.
  const metric = { name: requestsName, get } as unknown as Metric<string>;
  return { of, metric };
}

function samples(buckets: readonly number[], labels: Record<string, string>, { counts, sum }: Times) {
  let total = 0;
  const cumulative = [...buckets, '+Inf'].map((le, at) => {
    total += counts[at] ?? 0;
    return { metricName: `${requestsName}_bucket`, labels: { ...labels, le }, value: total };
  });
  return [
    ...cumulative,
    { metricName: `${requestsName}_sum`, labels, value: sum },
    { metricName: `${requestsName}_count`, labels, value: total },
  ];
}
