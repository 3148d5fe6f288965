// SPDX-License-Identifier: GPL-3.0-or-later
// What the browser test runs in a page: a holder asks, an issuer issues, the holder derives, the proof made in a worker,
// and a verifier verifies.
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import { loadVerificationKey } from '../../functions/credentials/groth16/index.ts';
import { createZkVerifyCryptosuite } from '../../functions/credentials/zk/cryptosuite.ts';
import {
  checkCredential,
  createZkDeriveCryptosuite,
  createZkSignCryptosuite,
  type DeriveOptions,
  drawSecret,
  issuerSigner,
  type JsonObject,
  type MessageEnd,
  requestCredential,
  StatusList,
  workerProver,
} from '../src/index.ts';

/** What the test's server gives the page at `/order`. */
export interface PageOrder {
  readonly unsigned: JsonObject;
  /** Contexts, schema and keys by URL. */
  readonly documents: Readonly<Record<string, object>>;
  readonly issuerKeyId: string;
  readonly issuerKey: readonly number[];
  /** `credential.vkey.json`, and its digest. */
  readonly verificationKey: { readonly text: string; readonly digest: string };
  readonly status: { readonly list: string; readonly purpose: string };
  readonly derive: Pick<DeriveOptions, 'binding' | 'predicates' | 'reveal' | 'scopeName' | 'now'>;
}

/** What the page reports at `/report`. */
export type PageReport =
  | {
      readonly derived: JsonObject;
      readonly stages: readonly string[];
      readonly ticks: number;
      /** What the page's own verifier says of it, for its nonce and for another: `verified`, or why not. */
      readonly verified: readonly [string, string];
    }
  | { readonly error: string };

declare const Worker: new (url: string, options: { type: 'module' }) => MessageEnd;

const bytes = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await (await fetch(path)).arrayBuffer());

async function run(): Promise<PageReport> {
  const order = (await (await fetch('/order')).json()) as PageOrder;
  const documentLoader = async (url: string) => {
    const document = order.documents[url];
    if (document === undefined) throw new Error(`${url} is not known`);
    return { contextUrl: null, documentUrl: url, document };
  };
  const opening = { secret: drawSecret(), blinding: drawSecret() };
  const requestContext = 'page';
  const request = requestCredential(opening, requestContext);
  const credential = (await vc.issue({
    credential: order.unsigned,
    suite: new DataIntegrityProof({
      signer: issuerSigner(order.issuerKeyId, Uint8Array.from(order.issuerKey)),
      cryptosuite: createZkSignCryptosuite({ request, requestContext }),
    }),
    documentLoader,
  })) as JsonObject;
  await checkCredential(credential, opening, documentLoader);

  const artefacts = { wasm: await bytes('/credential.wasm'), zkey: await bytes('/credential.zkey') };
  const prover = workerProver(new Worker('/worker.js', { type: 'module' }), artefacts);
  const stages: string[] = [];
  const statusList = StatusList.empty();
  let ticks = 0;
  const cryptosuite = createZkDeriveCryptosuite({
    ...order.derive,
    opening,
    statusList,
    prover: (inputs, onProgress) => {
      // From here on the page has nothing to do, and its clock must keep ticking.
      const ticking = setInterval(() => {
        ticks++;
      }, 10);
      return prover(inputs, onProgress).finally(() => clearInterval(ticking));
    },
    onProgress: (stage) => void stages.push(stage),
  });
  const suite = new DataIntegrityProof({ cryptosuite });
  const derived = (await vc.derive({
    verifiableCredential: credential,
    suite,
    documentLoader,
  })) as JsonObject;
  const verificationKey = await loadVerificationKey(order.verificationKey.text, order.verificationKey);
  const { binding, scopeName, now } = order.derive;
  const verify = async (nonce: string): Promise<string> => {
    const verifier = createZkVerifyCryptosuite({
      verificationKey,
      binding: { ...binding, nonce },
      ...(scopeName !== undefined && { scopeName }),
      statusLists: [{ status: order.status, root: statusList.root }],
      now: () => now,
    });
    const credential = structuredClone(derived);
    const suite = new DataIntegrityProof({ cryptosuite: verifier });
    const { verified, results, error } = await vc.verifyCredential({ credential, suite, documentLoader });
    return verified ? 'verified' : String(results?.[0]?.error ?? error);
  };
  return { derived, stages, ticks, verified: [await verify(binding.nonce), await verify('another')] };
}

const report: PageReport = await run().catch((error: Error) => ({
  error: `${error.message}\n${error.stack}`,
}));
await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
