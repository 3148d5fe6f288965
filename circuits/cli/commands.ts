// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import { loadVerificationKey } from '../../functions/credentials/groth16/index.ts';
import { BIAS, encodeClaim } from '../../functions/credentials/statement/claim-value.ts';
import { loadClaimSchema } from '../../functions/credentials/statement/credential-kind.ts';
import { isObject, type JsonObject } from '../../functions/credentials/statement/derived-document.ts';
import { LargeSet } from '../../functions/credentials/statement/large-set.ts';
import type { PresentationBinding } from '../../functions/credentials/statement/presentation-binding.ts';
import {
  CRYPTOSUITE,
  isBaseProof,
  readDerivedProof,
} from '../../functions/credentials/statement/proof-value.ts';
import {
  answers,
  createZkVerifyCryptosuite,
  type DisclosureRequest,
  pseudonymIn,
} from '../../functions/credentials/zk/index.ts';
import { paths } from '../setup/paths.ts';
import { drawSecret, type HolderOpening, type HolderRequest, requestCredential } from '../src/holder.ts';
import { localProver, releaseProver } from '../src/prove.ts';
import { checkCredential } from '../src/suite/check-credential.ts';
import { createZkDeriveCryptosuite } from '../src/suite/derive-cryptosuite.ts';
import { artefactsIn, documentsIn, readJson, statusListIn, withNumbers, writeJson } from './files.ts';
import { baseProofSuite, type IssuerKey, makeIssuerKey, wholeProofSuite, withKey } from './issuer-keys.ts';

/** What a verifier asks, in a file. */
interface Query extends DisclosureRequest {
  readonly binding: PresentationBinding;
  readonly scopeName?: string;
  /** Seconds since the epoch; this machine's clock when absent. */
  readonly now?: number;
  /** Large sets by name: the encoding and the values. */
  readonly sets?: Readonly<
    Record<
      string,
      { readonly encoding: 'string' | 'integer' | 'date'; readonly values: readonly (string | number)[] }
    >
  >;
}

/** Options of a command by name; a command asks for those that it needs. */
export type Options = (name: string) => string | undefined;

/** Every command takes its options and a way to print. */
type Command = (options: Options, print: (line: string) => void) => Promise<void> | void;

function need(options: Options, name: string): string {
  const value = options(name);
  if (value === undefined) throw new TypeError(`--${name} is missing`);
  return value;
}

const setsOf = ({ sets = {} }: Query): Map<string, LargeSet> =>
  new Map(
    Object.entries(sets).map(([name, { encoding, values }]) => [
      name,
      new LargeSet(values.map((value) => encodeClaim(encoding, value))),
    ]),
  );

const nowOf = (query: Query): number => query.now ?? Math.floor(Date.now() / 1000);

/** `countersign key`: makes an issuer's key, prints the verification method, and publishes it in a file of documents. */
const key: Command = (options, print) => {
  const made = makeIssuerKey(need(options, 'id'), options('suite') ?? CRYPTOSUITE);
  writeJson(need(options, 'out'), made.key, true);
  const documents = options('documents');
  if (documents !== undefined) {
    const known = readJson<Record<string, JsonObject>>(documents);
    const { controller } = made.key;
    writeJson(documents, { ...known, [controller]: withKey(known[controller], made) });
  }
  print(JSON.stringify(made.verificationMethod, null, 2));
};

/** `countersign holder`: makes a holder's secret. */
const holder: Command = (options) => writeJson(need(options, 'out'), { secret: drawSecret() }, true);

/** `countersign request`: blinds the secret for one issuer, and writes what to send and what to keep. */
const request: Command = (options) => {
  const { secret } = withNumbers<{ secret: bigint }>(readJson(need(options, 'holder')));
  const opening: HolderOpening = { secret, blinding: drawSecret() };
  writeJson(need(options, 'opening'), opening, true);
  writeJson(need(options, 'out'), requestCredential(opening, need(options, 'context')));
};

/** `countersign issue`: signs a credential with a base proof, and beside it, where asked, for showing it whole. */
const issue: Command = async (options) => {
  const documentLoader = documentsIn(options('documents'));
  const wholeKey = options('eddsa-key');
  const suites = [
    ...(wholeKey === undefined ? [] : [wholeProofSuite(readJson<IssuerKey>(wholeKey))]),
    baseProofSuite(readJson<IssuerKey>(need(options, 'key')), {
      request: withNumbers<HolderRequest>(readJson(need(options, 'request'))),
      requestContext: need(options, 'context'),
    }),
  ];
  let credential = readJson<object>(need(options, 'credential'));
  // Each proof stands for itself over the credential without proofs: they make a set, not a chain.
  for (const suite of suites) credential = await vc.issue({ credential, suite, documentLoader });
  writeJson(need(options, 'out'), credential);
};

/** `countersign prove`: derives what a query asks for. */
const prove: Command = async (options, print) => {
  const query = readJson<Query>(need(options, 'query'));
  const credential = readJson<JsonObject>(need(options, 'credential'));
  const opening = withNumbers<HolderOpening>(readJson(need(options, 'opening')));
  const documentLoader = documentsIn(options('documents'));
  await checkCredential(credential, opening, documentLoader);
  print(
    query.scopeName === undefined
      ? `${query.binding.audience} will not recognise you again`
      : `${query.binding.audience} will know you by your pseudonym for ${query.scopeName}`,
  );
  try {
    const cryptosuite = createZkDeriveCryptosuite({
      ...query,
      now: nowOf(query),
      opening,
      sets: setsOf(query),
      statusList: statusListIn(options('status-list')),
      prover: localProver(artefactsIn(options('keys'))),
      onProgress: (stage) => print(stage),
    });
    const suite = new DataIntegrityProof({ cryptosuite });
    writeJson(
      need(options, 'out'),
      await vc.derive({ verifiableCredential: credential, suite, documentLoader }),
    );
  } finally {
    await releaseProver();
  }
};

/** `countersign verify`: verifies a derived credential against the query that asked for it. */
const verify: Command = async (options, print) => {
  const query = readJson<Query>(need(options, 'query'));
  const credential = readJson<JsonObject>(need(options, 'credential'));
  const documentLoader = documentsIn(options('documents'));
  const file = (name: string): Buffer => readFileSync(join(options('keys') ?? paths.keys, name));
  const { digest } = JSON.parse(file('manifest.json').toString()) as { digest: string };
  const list = options('status-url');
  const cryptosuite = createZkVerifyCryptosuite({
    verificationKey: await loadVerificationKey(file('credential.vkey.json'), { digest }),
    binding: query.binding,
    ...(query.scopeName !== undefined && { scopeName: query.scopeName }),
    statusLists: [
      {
        status: list === undefined ? null : { list, purpose: options('status-purpose') ?? 'revocation' },
        root: statusListIn(options('status-list')).root,
      },
    ],
    sets: new Map([...setsOf(query)].map(([name, set]) => [name, set.root])),
    now: () => nowOf(query),
  });
  const result = await vc.verifyCredential({
    credential,
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader,
  });
  const error = result.results?.[0]?.error ?? result.error;
  if (!result.verified) throw new Error(`not verified: ${error?.message ?? 'unknown'}`);
  if (!answers(query, credential)) throw new Error('verified, but it does not answer the query');
  print('verified');
  if (query.scopeName !== undefined) print(`pseudonym ${pseudonymIn(credential)}`);
};

/** `countersign inspect`: says what a credential shows, without judging it. */
const inspect: Command = async (options, print) => {
  const credential = readJson<JsonObject>(need(options, 'credential'));
  const proofs = [credential.proof].flat().filter(isObject);
  print(`types    ${[credential.type].flat().join(', ')}`);
  print(`issuer   ${String(credential.issuer)}`);
  for (const proof of proofs) {
    const value = proof.proofValue;
    if (proof.cryptosuite !== CRYPTOSUITE) print(`proof    ${String(proof.cryptosuite)}`);
    else if (isBaseProof(value)) print('proof    base proof: for its holder alone');
    else {
      const shown = readDerivedProof(value);
      print(`proof    derived, ${String(value).length} characters`);
      print(`time     ${new Date(Number(shown.now - BIAS) * 1000).toISOString()}`);
      print(`pseudonym ${pseudonymIn({ proof })}`);
    }
  }
  const subject = credential.credentialSubject;
  if (isObject(subject)) print(`subject  ${JSON.stringify(subject, null, 2)}`);
  const schema = await loadClaimSchema(credential, documentsIn(options('documents'))).catch(() => undefined);
  for (const [i, { path, encoding }] of (schema?.slots ?? []).entries())
    print(`slot ${i}   ${path} (${encoding})`);
};

/** The commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  key,
  holder,
  request,
  issue,
  prove,
  verify,
  inspect,
};
