export type Point = { readonly day: string; readonly value: number | null };

type Props = {
  /** What it shows, in a sentence: screen readers read this in place of the picture. A table beside it has the figures. */
  readonly label: string;
  readonly points: readonly Point[];
  /** A share to reach, drawn as a dashed line. */
  readonly goal?: number;
  /** A day in a few letters, below the line. */
  readonly nameOf: (day: string) => string;
};

const width = 600;
const height = 100;
const shares = [1, 0.5, 0];
const heightOf = (share: number) => height - share * height;

/**
 * A line of shares between 0 and 1 over days. A day without a figure interrupts it. The words stand beside the
 * drawing, which is stretched to the width of the page: so they have the same size on a telephone.
 */
export function LineChart({ label, points, goal, nameOf }: Props) {
  return (
    <div className="chart" role="img" aria-label={label}>
      <div className="chart-shares" aria-hidden="true">
        {shares.map((share) => (
          <span key={share}>{share * 100} %</span>
        ))}
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {shares.map((share) => (
          <path key={share} className="chart-grid" d={`M0 ${heightOf(share)}H${width}`} />
        ))}
        {goal !== undefined && <path className="chart-goal" d={`M0 ${heightOf(goal)}H${width}`} />}
        <path className="chart-line" d={pathOf(points)} />
      </svg>
      <div className="chart-days" aria-hidden="true">
        {namedDays(points).map((day) => (
          <span key={day}>{nameOf(day)}</span>
        ))}
      </div>
    </div>
  );
}

/** A figure between two days without one is a dot: a line of no length with round ends. */
function pathOf(points: readonly Point[]): string {
  const step = width / Math.max(1, points.length - 1);
  const isKnown = (place: number) => typeof points[place]?.value === 'number';
  return points
    .map(({ value }, place) => {
      if (value === null) return '';
      const spot = `${(place * step).toFixed(1)} ${heightOf(value).toFixed(1)}`;
      if (isKnown(place - 1)) return `L${spot}`;
      return isKnown(place + 1) ? `M${spot}` : `M${spot}h0`;
    })
    .join('');
}

/** The first day, the one in the middle, and the last. */
function namedDays(points: readonly Point[]): readonly string[] {
  const places = [0, Math.floor((points.length - 1) / 2), points.length - 1];
  return [...new Set(places.map((place) => points[place]?.day ?? ''))];
}
