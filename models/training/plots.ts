import type { ReliabilityBin } from '../evaluation/metrics.ts';
import type { Term } from '../onnx/additive-model.ts';

const INK = '#1f2933';
const GRID = '#d5dbe1';
const RISK = '#b42318';
const TRUST = '#1d6f42';

function svg(width: number, height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="${INK}"><rect width="100%" height="100%" fill="#fff"/>${body}</svg>\n`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const short = (value: number) => String(Number(value.toPrecision(3)));

/** Shape functions, one panel each: log-odds over the feature's cuts; a missing value adds nothing. */
export function shapesPlot(terms: readonly Term[]): string {
  const mains = terms.filter((term) => term.features.length === 1);
  const [columns, width, height] = [4, 250, 170];
  const panels = mains.map((term, i) => {
    const [x, y] = [(i % columns) * width, Math.floor(i / columns) * height];
    return `<g transform="translate(${x},${y})">${shapePanel(term)}</g>`;
  });
  return svg(columns * width, Math.ceil(mains.length / columns) * height, panels.join(''));
}

function shapePanel(term: Term): string {
  const cells = term.cells.slice(1);
  const most = Math.max(1, ...term.cells.map(Math.abs));
  const [left, right, top, bottom] = [44, 240, 26, 140];
  const yOf = (value: number) => ((top + bottom) / 2 - (value / most) * ((bottom - top) / 2)).toFixed(1);
  const step = (right - left) / cells.length;
  const line = cells
    .map(
      (value, i) =>
        `${(left + i * step).toFixed(1)},${yOf(value)} ${(left + (i + 1) * step).toFixed(1)},${yOf(value)}`,
    )
    .join(' ');
  const cuts = term.cuts[0]!;
  return [
    `<text x="${left}" y="16" font-weight="600">${escaped(term.code)}</text>`,
    `<line x1="${left}" x2="${right}" y1="${yOf(0)}" y2="${yOf(0)}" stroke="${GRID}"/>`,
    `<text x="2" y="${top + 8}">+${short(most)}</text><text x="2" y="${bottom}">−${short(most)}</text>`,
    `<polyline points="${line}" fill="none" stroke="${cells[cells.length - 1]! >= cells[0]! ? RISK : TRUST}" stroke-width="1.8"/>`,
    cuts.length === 0
      ? ''
      : `<text x="${left}" y="${bottom + 14}">≤ ${short(cuts[0]!)}</text><text x="${right}" y="${bottom + 14}" text-anchor="end">&gt; ${short(cuts[cuts.length - 1]!)}</text>`,
  ].join('');
}

/** Predicted against observed share of attacks, in bins of equal weight. */
export function reliabilityPlot(bins: readonly ReliabilityBin[]): string {
  const [left, size] = [50, 300];
  const x = (value: number) => (left + value * size).toFixed(1);
  const y = (value: number) => (20 + (1 - value) * size).toFixed(1);
  const dots = bins.map(
    (bin) => `<circle cx="${x(bin.predicted)}" cy="${y(bin.observed)}" r="4" fill="${RISK}"/>`,
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<text x="${x(value)}" y="${20 + size + 16}" text-anchor="middle">${value}</text><text x="${left - 8}" y="${Number(y(value)) + 4}" text-anchor="end">${value}</text>`,
  );
  return svg(
    left + size + 20,
    size + 60,
    `<rect x="${left}" y="20" width="${size}" height="${size}" fill="none" stroke="${GRID}"/><line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="${GRID}"/>${dots.join('')}${ticks.join('')}<text x="${left + size / 2}" y="${size + 52}" text-anchor="middle">predicted</text><text x="14" y="${20 + size / 2}" text-anchor="middle" transform="rotate(-90 14 ${20 + size / 2})">observed</text>`,
  );
}
