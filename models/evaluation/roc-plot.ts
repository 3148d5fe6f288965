import { opponents, PUBLISHED, type ScoreOf } from './compare.ts';
import { CONTENDERS, type Contender, type Judged } from './judge.ts';

const COLOURS: Record<Contender, string> = {
  countersign: '#b42318',
  freeman: '#1f5fa8',
  forest: '#1d6f42',
  rules: '#8a6d00',
  random: '#98a2ad',
};

/** ROC curves of all contenders against the published attackers; false positives on a logarithmic scale. */
export function rocPlot(judged: readonly Judged[], scoreOf: ScoreOf): string {
  const [size, gap] = [260, 50];
  const panels = PUBLISHED.map((attacker, i) => {
    const benign = opponents(judged, attacker);
    const hostile = judged.filter((login) => login.counted && login.attack === attacker);
    const curves = CONTENDERS.map((contender) => {
      const points = curve(
        benign.map((login) => scoreOf(login, contender)),
        hostile.map((login) => scoreOf(login, contender)),
      ).map(
        ([x, y]) =>
          `${((Math.log10(Math.max(x, 1e-3)) / 3 + 1) * size).toFixed(1)},${((1 - y) * size).toFixed(1)}`,
      );
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[contender]}" stroke-width="1.6"/>`;
    });
    const ticks = ['0.1 %', '1 %', '10 %', '100 %'].map(
      (label, k) => `<text x="${(k * size) / 3}" y="${size + 16}" text-anchor="middle">${label}</text>`,
    );
    return `<g transform="translate(${40 + i * (size + gap)},30)"><text x="0" y="-10" font-weight="600">${attacker}</text><rect width="${size}" height="${size}" fill="none" stroke="#d5dbe1"/>${curves.join('')}${ticks.join('')}</g>`;
  });
  const legend = CONTENDERS.map(
    (contender, i) =>
      `<g transform="translate(${40 + i * 120},${size + 70})"><rect width="14" height="4" y="-4" fill="${COLOURS[contender]}"/><text x="20">${contender}</text></g>`,
  );
  const width = 40 + PUBLISHED.length * (size + gap);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${size + 90}" viewBox="0 0 ${width} ${size + 90}" font-family="system-ui, sans-serif" font-size="11" fill="#1f2933"><rect width="100%" height="100%" fill="#fff"/>${panels.join('')}${legend.join('')}</svg>\n`;
}

/** False- and true-positive rates as the threshold falls, at most about 200 points. */
function curve(benign: number[], hostile: number[]): [number, number][] {
  const thresholds = [...new Set([...benign, ...hostile])].sort((a, b) => b - a);
  const [b, h] = [benign.sort((x, y) => y - x), hostile.sort((x, y) => y - x)];
  const points: [number, number][] = [[0, 0]];
  let [i, j] = [0, 0];
  for (const threshold of thresholds) {
    while (i < b.length && b[i]! >= threshold) i++;
    while (j < h.length && h[j]! >= threshold) j++;
    const [last] = points.slice(-1);
    const [x, y] = [i / b.length, j / h.length];
    if (x - last![0] > 0.003 * Math.max(x, 0.02) || y - last![1] > 0.004) points.push([x, y]);
  }
  points.push([1, 1]);
  return points;
}
