export type Point = { readonly day: string; readonly value: number | null };

type Props = {
  /** What it shows, in a sentence: screen readers read this in place of the picture. A table beside it has the figures. */
  readonly label: string;
  readonly points: readonly Point[];
};

const width = 600;
const height = 160;

/** A line of shares between 0 and 1 over days. A day without a figure interrupts it. */
export function LineChart({ label, points }: Props) {
  const step = width / Math.max(1, points.length - 1);
  const spots = points.map(({ day, value }, place) => ({
    day,
    x: place * step,
    y: value === null ? null : height - value * height,
  }));
  const path = spots
    .map(({ x, y }, place) =>
      y === null
        ? ''
        : `${(spots[place - 1]?.y ?? null) === null ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`,
    )
    .join(' ');
  return (
    <svg className="chart" viewBox={`-40 -10 ${width + 50} ${height + 20}`} role="img" aria-label={label}>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line x1={0} x2={width} y1={height - share * height} y2={height - share * height} />
          <text x={-8} y={height - share * height + 4} textAnchor="end">
            {share * 100} %
          </text>
        </g>
      ))}
      <path d={path} />
      {spots.map(({ day, x, y }) => y !== null && <circle key={day} cx={x} cy={y} r={2.5} />)}
    </svg>
  );
}
