import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as eddsa } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { contextDigest, pinContexts } from '../../functions/credentials/contexts/index.ts';
import { party } from '../../functions/credentials/data-integrity/testing.ts';
import { createDocumentLoader } from '../../functions/credentials/document-loader.ts';
import {
  COUNTERSIGN_CONTEXT,
  COUNTERSIGN_CONTEXT_URL,
} from '../../functions/credentials/statement/context.ts';
import type { Presenter } from '../../functions/presentations/testing/wallet.ts';

const PROGRAM = join(import.meta.dirname, '../../circuits/cli/countersign.ts');

/** Issuer of the development wallet's credentials for zero-knowledge proofs. */
export const ZK_ISSUER = 'did:web:credentials.example';
/** Type of these credentials, as registries and queries name it. */
export const EMPLOYEE = 'https://credentials.example/terms#EmployeeCredential';

const CONTEXT_URL = 'https://credentials.example/contexts/employee/1';
const SCHEMA_URL = 'https://credentials.example/schemas/employee/1';
const CLAIMS = {
  organisation: 'string',
  clearance: 'integer',
  birthDate: 'date',
  givenName: 'string',
} as const;

const DOCUMENTS = {
  [CONTEXT_URL]: {
    '@context': Object.fromEntries(
      ['EmployeeCredential', ...Object.keys(CLAIMS)].map((term) => [
        term,
        `https://credentials.example/terms#${term}`,
      ]),
    ),
  },
  [SCHEMA_URL]: {
    id: SCHEMA_URL,
    slots: Object.entries(CLAIMS).map(([name, encoding]) => ({
      path: `/credentialSubject/${name}`,
      encoding,
    })),
  },
};

const day = (offset: number): string =>
  new Date(Date.now() + offset * 86_400_000).toISOString().replace(/\.\d+/, '');

const unsigned = (clearance: number) => ({
  '@context': ['https://www.w3.org/ns/credentials/v2', CONTEXT_URL, COUNTERSIGN_CONTEXT_URL],
  type: ['VerifiableCredential', 'EmployeeCredential'],
  issuer: ZK_ISSUER,
  validFrom: day(-1),
  validUntil: day(365),
  credentialSchema: { id: SCHEMA_URL, type: 'CountersignClaimSchema' },
  credentialSubject: {
    id: 'urn:countersign:development-holder',
    organisation: 'Example Ltd',
    clearance,
    birthDate: '1990-12-10',
    givenName: 'Ada',
  },
});

/** The proving workspace's program: a process of its own, since it is GPL and this is not. */
const countersign = (command: string, options: Readonly<Record<string, string>>) =>
  promisify(execFile)(process.execPath, [
    PROGRAM,
    command,
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
  ]);

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const write = (path: string, value: unknown) => writeFileSync(path, JSON.stringify(value));

/**
 * The issuer's documents, with its key, made at the first use: contexts, claim schema and DID document, to be pinned in
 * the registry of issuers.
 *
 * @param state local mode's folder.
 */
export const issuerDocuments = async (state: string): Promise<Record<string, object>> => {
  const folder = join(state, 'zk-issuer');
  const documents = join(folder, 'documents.json');
  if (!existsSync(documents)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = join(folder, 'new.json');
    write(made, DOCUMENTS);
    await countersign('key', { id: `${ZK_ISSUER}#zk-1`, documents: made, out: join(folder, 'key.json') });
    write(documents, read(made));
  }
  return read(documents);
};

/** The wallet's credential, issued at the first use: its holder's secret stays in the folder. */
const credentialIn = async (state: string, folder: string): Promise<void> => {
  if (existsSync(join(folder, 'issued.json'))) return;
  await issuerDocuments(state);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [holder, opening, request, credential] = ['holder', 'opening', 'request', 'credential'].map((name) =>
    join(folder, `${name}.json`),
  ) as [string, string, string, string];
  const context = `${ZK_ISSUER} ${Date.now()}`;
  write(credential, unsigned(3));
  await countersign('holder', { out: holder });
  await countersign('request', { holder, context, opening, out: request });
  await countersign('issue', {
    key: join(state, 'zk-issuer/key.json'),
    credential,
    request,
    context,
    documents: join(state, 'zk-issuer/documents.json'),
    out: join(folder, 'issued.json'),
  });
};

const loaderFor = (documents: Readonly<Record<string, object>>) => {
  const isContext = ([, document]: [string, object]) => '@context' in document && !('id' in document);
  const contexts = [
    [COUNTERSIGN_CONTEXT_URL, COUNTERSIGN_CONTEXT] as [string, object],
    ...Object.entries(documents).filter(isContext),
  ];
  return createDocumentLoader({
    contexts: pinContexts(
      contexts.map(([url, document]) => ({ url, document, digest: contextDigest(document) })),
    ),
    controllers: new Map(Object.entries(documents).filter((entry) => !isContext(entry))),
  });
};

/** What a query asks of one credential, as its `meta` has it. */
export interface ZkQuery {
  readonly predicates?: readonly unknown[];
  readonly pseudonym_scope?: string;
}

/**
 * Presents the wallet's employee credential in zero knowledge: proves the predicates, shows the pseudonym of the scope,
 * and nothing else.
 *
 * @param folder of the wallet: its secret and its credential.
 * @param print told how far it is.
 */
export const presentZk =
  (
    state: string,
    folder: string,
    meta: ZkQuery,
    print: (line: string) => void = () => undefined,
  ): Presenter =>
  async (audience, nonce, request) => {
    await credentialIn(state, folder);
    const documents = await issuerDocuments(state);
    const { did, key } = await party();
    const work = mkdtempSync(join(tmpdir(), 'countersign-wallet-'));
    try {
      const [query, out] = [join(work, 'query.json'), join(work, 'derived.json')];
      write(query, {
        binding: { nonce, audience, responseUri: request.response_uri, presentationKey: did },
        ...(meta.pseudonym_scope === undefined ? {} : { scopeName: meta.pseudonym_scope }),
        predicates: meta.predicates ?? [],
      });
      const { stdout } = await countersign('prove', {
        credential: join(folder, 'issued.json'),
        opening: join(folder, 'opening.json'),
        query,
        documents: join(state, 'zk-issuer/documents.json'),
        out,
      });
      print(stdout.trim());
      return await vc.signPresentation({
        presentation: {
          '@context': ['https://www.w3.org/ns/credentials/v2'],
          type: ['VerifiablePresentation'],
          holder: did,
          verifiableCredential: [read(out)],
        },
        suite: new DataIntegrityProof({ signer: key.signer(), cryptosuite: eddsa }),
        challenge: nonce,
        domain: audience,
        documentLoader: loaderFor(documents),
      });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  };
