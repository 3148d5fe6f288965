import { bbsFigures } from '../../functions/credentials/bbs/bbs.bench.ts';
import { coldGroth16Figures, groth16Figures } from '../../functions/credentials/groth16/groth16.bench.ts';
import { policyFigures } from '../../functions/decisions/policy.bench.ts';
import { sessionUnitFigures, sessionUpdateFigures } from '../../functions/sessions/session-update.bench.ts';
import { startLocalMode } from '../local-mode.ts';
import { bundleFigures } from './bundles.ts';
import { coldStartFigures } from './cold-start.ts';
import { type Figure, printFigures } from './figure.ts';
import { coldPresentationFigures, presentationFigures } from './presentations.ts';
import { provingFigures } from './proving.ts';
import { requestUnitFigures } from './request-units.ts';
import { roadFigures } from './road.ts';
import { stepUpFigures } from './step-up.ts';
import { warmFigures } from './warm.ts';

const HELP = `npm run bench -- [part ...]

Measures each figure beside a peer or a floor in the same run, and prints the ratio: machines are noisy.

parts: cold      from process start to the first decision
       warm      one evaluation without DynamoDB, and what it is made of
       road      events per second through the whole of local mode
       step-up   from a risky event by a wallet's answer to allow, in local mode
       size      what each function weighs when deployed
       units     DynamoDB request units per event
       policy    one answer of policy, and 10,000 decisions replayed
       proofs    verifying Groth16 and bbs-2023 proofs, beside the public libraries
       presentations  one response of a wallet, warm and from cold
       proving   making a zero-knowledge proof, beside a larger circuit
       sessions  one update of a session beside one evaluation, and its request units
With none, all of them.`;

/** The parts that need local mode running, and those that do not. */
const parts: Record<string, readonly [title: string, measure: () => Promise<Figure[]> | Figure[]]> = {
  cold: ['Cold start', () => withLocalMode(coldStartFigures)],
  warm: ['Warm, inside the function', warmFigures],
  road: ['The whole road, in local mode', () => withLocalMode(roadFigures)],
  'step-up': ['Step-up by proof, in local mode', () => withLocalMode(stepUpFigures)],
  size: ['Deployed size', () => withLocalMode((local) => bundleFigures(local.template))],
  units: ['DynamoDB request units', () => requestUnitFigures()],
  sessions: [
    'Sessions',
    async () => [
      ...(await sessionUpdateFigures((await warmFigures()).slice(0, 2))),
      ...(await sessionUnitFigures()),
    ],
  ],
  policy: ['Policy and replay', policyFigures],
  proofs: [
    'Verifying proofs',
    async () => [...(await groth16Figures()), ...(await coldGroth16Figures()), ...(await bbsFigures())],
  ],
  presentations: [
    'Presentations',
    async () => [...(await presentationFigures()), ...(await withLocalMode(coldPresentationFigures))],
  ],
  proving: ['Proving, as a wallet does', provingFigures],
};

let local: Awaited<ReturnType<typeof startLocalMode>> | undefined;
const withLocalMode = async (measure: (running: typeof local & object) => Promise<Figure[]> | Figure[]) => {
  local ??= await startLocalMode();
  return measure(local);
};

const wanted = process.argv.slice(2);
if (wanted.includes('--help')) {
  console.log(HELP);
} else {
  const unknown = wanted.find((part) => !Object.hasOwn(parts, part));
  if (unknown !== undefined) {
    console.error(`There is no part ${unknown}.\n\n${HELP}`);
    process.exitCode = 2;
  } else {
    try {
      for (const part of wanted.length > 0 ? wanted : Object.keys(parts)) {
        const [title, measure] = parts[part]!;
        process.stderr.write(`measuring: ${title.toLowerCase()} …\n`);
        printFigures(title, await measure());
      }
    } finally {
      await local?.end();
    }
  }
}
