import { table } from '../../markdown.ts';
import type { RbaFindings } from './replay-rba.ts';

/** What the replay of the real data set found, in Markdown. */
export function rbaReport(findings: RbaFindings): string {
  const {
    sha256,
    bytes,
    rows,
    unreadable,
    disordered,
    successes,
    takeovers,
    sample,
    auc,
    recall,
    forgotten,
  } = findings;
  return `# The shipped model on the RBA data set

Written by \`npm run evaluate -- --rba PATH\`. Data: "Login Data Set for Risk-Based Authentication", Wiefling,
Jørgensen, Thunem, Lo Iacono, doi 10.5281/zenodo.6782156, CC BY 4.0.

${table(
  ['', ''],
  [
    ['SHA-256 of the file', sha256],
    ['bytes, rows', `${bytes}, ${rows}`],
    ['unreadable rows, rows out of order', `${unreadable}, ${disordered}`],
    ['successful logins of real accounts', String(successes)],
    ['account takeovers among them', String(takeovers)],
    ["owners' logins compared with", String(sample)],
    ['ROC-AUC', Number.isNaN(auc) ? 'none: no takeover' : auc.toFixed(3)],
    ['recall at 0.1, 0.5, 1, 2 % false positives', recall.map((value) => value.toFixed(3)).join(', ')],
    ['baselines forgotten for want of memory', String(forgotten)],
  ],
  false,
)}

The set states neither devices, nor applications, nor coordinates; those signals are missing throughout. The model
was trained on simulated people alone. All takeovers lie before the 69.5th percentile of time.
`;
}
