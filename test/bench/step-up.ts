import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDENTITY, issueSdJwt, newKey } from '../../functions/presentations/testing/issuer.ts';
import {
  answerResolved,
  openClient,
  type Presenter,
  presentSdJwt,
  resolveLink,
} from '../../functions/presentations/testing/wallet.ts';
import { EMPLOYEE, issuerDocuments, presentZk, ZK_ISSUER } from '../../infra/local/zk-wallet.ts';
import { appOf, eventually, nativeEvent } from '../e2e/client.ts';
import type { LocalModeForTest } from '../local-mode.ts';
import { type Figure, quantile } from './figure.ts';

const DAY = 86_400_000;
const RUNS = 24;
const WARM_UPS = 4;
const ZK_RUNS = 11;
/** As many as it takes until the verifying code is compiled, so that it is the warm road that is told. */
const ZK_WARM_UPS = 8;

/** Places and devices that nobody knows. */
const away = (run: number) => ({
  network: { ip: `${[41, 102, 197, 105, 154][run % 5]}.${58 + run}.0.1` },
  agent: { userAgent: `curl/8.${run}.0`, deviceId: `d-elsewhere-${run}` },
});

const query = (id: string) => ({ ldp_vc: 'wallet', 'dc+sd-jwt': 'identity' })[id] ?? 'identity';

/**
 * The step-up road in local mode: a risky event decided, its request fetched, the wallet's answer posted, until the
 * app is told `allow` on the bus. What the wallet does by itself (proving, signing, encrypting) is not counted.
 */
export const stepUpFigures = async (local: LocalModeForTest): Promise<Figure[]> => {
  const app = appOf(local);
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  // Who waits by asking again and again takes the time of what he waits for.
  const waiting = new Map<string, (outcome: unknown) => void>();
  const stop = local.events.observe((_, { detail, ...event }) => {
    const { eventId = '', outcome } =
      (detail as { data?: { eventId?: string; outcome?: unknown } }).data ?? {};
    if (event['detail-type'] === 'Presentation Verified') waiting.get(eventId)?.(outcome);
  });
  const told = (eventId: string) => new Promise((resolve) => waiting.set(eventId, resolve));
  const put = (path: string, body: unknown, method = 'POST') =>
    app.request(path, { method, body: JSON.stringify(body) });
  const issuer = newKey();
  const trust = (did: string, body: unknown) =>
    put(`/v1/trusted-issuers/${encodeURIComponent(did)}`, body, 'PUT');

  /** Answers a link; only what passes over the wire is on the clock. */
  const answer = async (link: string, format: string, presenter: Presenter) => {
    let [fetched, posted] = [0, 0];
    const client = openClient(async (url, init) => {
      // A wallet is another machine: what proving leaves behind on this one is not to slow the answer down.
      if (init?.method === 'POST') await new Promise((resolve) => setTimeout(resolve, 300));
      const begun = performance.now();
      if (init?.method === 'POST') posted = begun;
      const response = await fetch(url as string, init);
      if (init?.method !== 'POST') fetched += performance.now() - begun;
      return response;
    });
    const resolved = await resolveLink(client, link);
    const response = await answerResolved(client, resolved, { [query(format)]: presenter });
    if (!response.ok) throw new Error(`The answer was refused: ${await response.text()}`);
    return { fetched, posted };
  };

  const person = async (id: string, format: string, presenter: Presenter) => {
    const subject = { id, kind: 'person' };
    for (let day = 12; day >= 0; day--)
      await app.evaluate(
        nativeEvent(`${id}-${day}`, {
          metadata: { time: new Date(Date.now() - day * DAY).toISOString() },
          subject,
        }),
      );
    const { body: asked } = await put('/v1/wallets', { subject: id, format });
    await answer(asked.authorization_request, format, presenter);
    await eventually(async () => (await app.request(`/v1/wallets?subject=${id}`)).body.wallets.length === 1);
    return async (run: number): Promise<number> => {
      const begun = performance.now();
      const { body: decision } = await app.evaluate(
        nativeEvent(`${id}-away-${run}`, { subject, ...away(run) }),
      );
      const decided = performance.now() - begun;
      const link = decision.presentationRequest?.authorization_request;
      if (link === undefined) throw new Error(`The event asked for no wallet: ${decision.outcome}`);
      const outcome = told(decision.eventId);
      const { fetched, posted } = await answer(link, format, presenter);
      if ((await outcome) !== 'allow') throw new Error('The app was not told to allow');
      const took = decided + fetched + (performance.now() - posted);
      const { body: after } = await app.decision(decision.eventId);
      if (after.outcome !== 'allow') throw new Error(`The decision became ${after.outcome}`);
      return took;
    };
  };

  try {
    await trust(issuer.did, { types: [IDENTITY] });
    await trust(ZK_ISSUER, { types: [EMPLOYEE], documents: await issuerDocuments(folder) });
    const keys: number[] = [];
    const floor: number[] = [];
    for (let run = -WARM_UPS; run < RUNS; run++) {
      const holder = newKey();
      const presenter = presentSdJwt(await issueSdJwt(issuer, holder), holder, {});
      const steps = await person(`stepper-${run + WARM_UPS}`, 'dc+sd-jwt', presenter);
      const took = await steps(run + WARM_UPS);
      const begun = performance.now();
      await app.decision(`stepper-${run + WARM_UPS}-0`);
      if (run < 0) continue;
      keys.push(took);
      floor.push(performance.now() - begun);
    }
    const zk: number[] = [];
    const meta = {
      predicates: [{ path: '/credentialSubject/clearance', atLeast: 0 }],
      pseudonym_scope: 'wallet',
    };
    const prover = await person('prover', 'ldp_vc', presentZk(folder, join(folder, 'wallet'), meta));
    for (let run = -ZK_WARM_UPS; run < ZK_RUNS; run++) {
      const took = await prover(run + ZK_WARM_UPS);
      if (run >= 0) zk.push(took);
    }
    const peer = { name: 'a decision read', value: quantile(floor, 0.5) };
    return [
      {
        name: 'risky event to allow, warm, without the wallet, by a zero-knowledge proof, p50',
        value: quantile(zk, 0.5),
        unit: 'ms',
        goal: '≤ 60 ms',
        peer,
      },
      { name: '  by a key (dc+sd-jwt), p50', value: quantile(keys, 0.5), unit: 'ms', goal: '≤ 60 ms', peer },
      { name: '  the same, p90', value: quantile(keys, 0.9), unit: 'ms', peer },
    ];
  } finally {
    stop();
    app.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
