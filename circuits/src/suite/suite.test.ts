// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as vc from '@digitalbazaar/vc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS_V2 } from '../../../functions/credentials/contexts/index.ts';
import { loadVerificationKey, type VerificationKey } from '../../../functions/credentials/groth16/index.ts';
import type { Json } from '../../../functions/credentials/statement/canonical-json.ts';
import type { ClaimPredicate } from '../../../functions/credentials/statement/claim-predicate.ts';
import { encodeClaim } from '../../../functions/credentials/statement/claim-value.ts';
import type { JsonObject } from '../../../functions/credentials/statement/derived-document.ts';
import { LargeSet } from '../../../functions/credentials/statement/large-set.ts';
import type { PresentationBinding } from '../../../functions/credentials/statement/presentation-binding.ts';
import { readDerivedProof, writeDerivedProof } from '../../../functions/credentials/statement/proof-value.ts';
import {
  answers,
  createZkVerifyCryptosuite,
  presentationKeyOf,
  pseudonymIn,
  type ZkVerifyOptions,
} from '../../../functions/credentials/zk/index.ts';
import { paths } from '../../setup/paths.ts';
import {
  artefacts,
  documentLoader,
  ed25519,
  eddsaSuite,
  issue,
  issueEddsa,
  opening,
  unsigned,
} from '../../testing/credential.ts';
import { sampleKind, sampleList, sampleNow } from '../../testing/sample.ts';
import { localProver, releaseProver } from '../prove.ts';
import { checkCredential } from './check-credential.ts';
import { createZkDeriveCryptosuite, type DeriveOptions } from './derive-cryptosuite.ts';

const SET = 'https://lists.example/pacific/1';
const sets = new Map([[SET, new LargeSet(['AU', 'NZ', 'FJ'].map((code) => encodeClaim('string', code)))]]);
const predicates: readonly ClaimPredicate[] = [
  { path: '/credentialSubject/birthDate', atMost: '2008-11-20' },
  { path: '/credentialSubject/department', oneOf: ['sales', 'engineering'] },
  { path: '/credentialSubject/grade', between: [5, 9] },
  { path: '/credentialSubject/address/country', memberOf: SET },
];
const coded = (code: string) => expect.objectContaining({ code });

interface Presentation {
  readonly binding: PresentationBinding;
  readonly derived: JsonObject;
  readonly presentation: Record<string, unknown>;
}

let verificationKey: VerificationKey;
let credential: JsonObject;
let first: Presentation;
let second: Presentation;

async function derive(options: Partial<DeriveOptions> & Pick<DeriveOptions, 'binding'>): Promise<JsonObject> {
  const cryptosuite = createZkDeriveCryptosuite({
    opening,
    statusList: sampleList,
    sets,
    prover: localProver(artefacts, { singleThread: true }),
    now: sampleNow,
    ...options,
  });
  const suite = new DataIntegrityProof({ cryptosuite });
  return (await vc.derive({
    verifiableCredential: structuredClone(credential),
    suite,
    documentLoader,
  })) as JsonObject;
}

async function present(audience: string, nonce: string): Promise<Presentation> {
  const { did, signer } = ed25519();
  const binding = { nonce, audience, presentationKey: did };
  const derived = await derive({
    binding,
    scopeName: 'staff',
    predicates,
    reveal: ['/credentialSubject/cleared'],
  });
  const presentation = await vc.signPresentation({
    presentation: vc.createPresentation({ verifiableCredential: derived, holder: did }),
    suite: eddsaSuite(signer),
    challenge: nonce,
    domain: audience,
    documentLoader,
  });
  return { binding, derived, presentation };
}

const suiteFor = (binding: PresentationBinding, options: Partial<ZkVerifyOptions> = {}): DataIntegrityProof =>
  new DataIntegrityProof({
    cryptosuite: createZkVerifyCryptosuite({
      verificationKey,
      binding,
      scopeName: 'staff',
      statusLists: [{ status: sampleKind.status, root: sampleList.root }],
      sets: new Map([...sets].map(([name, set]) => [name, set.root])),
      now: () => sampleNow,
      ...options,
    }),
  });

/** `verified`, or the code (or name) of the error that a verifier gives. */
async function outcome(
  shown: JsonObject,
  binding: PresentationBinding = first.binding,
  options: Partial<ZkVerifyOptions> = {},
): Promise<string> {
  const result = await vc.verifyCredential({
    credential: shown,
    suite: suiteFor(binding, options),
    documentLoader,
  });
  if (result.verified) return 'verified';
  const error = (result.results?.[0]?.error ?? result.error?.errors?.[0] ?? result.error) as Error & {
    code?: string;
  };
  return error.code ?? error.message;
}

/** A copy with the member at a path of names and places changed, or taken away. */
function altered(
  path: readonly (string | number)[],
  value?: Json,
  from: JsonObject = first.derived,
): JsonObject {
  const copy = structuredClone(from) as Record<string | number, never>;
  let at: Record<string | number, unknown> = copy;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string | number, unknown>;
  if (value === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = value;
  return copy;
}

beforeAll(async () => {
  const file = (name: string): Buffer => readFileSync(join(paths.keys, name));
  const { digest } = JSON.parse(file('manifest.json').toString()) as { digest: string };
  verificationKey = await loadVerificationKey(file('credential.vkey.json'), { digest });
  credential = await issue();
  first = await present('x509_san_dns:shop.example', 'nonce-1');
  second = await present('x509_san_dns:bank.example', 'nonce-2');
}, 120_000);
afterAll(releaseProver);

describe('a credential issued, derived and presented', () => {
  it('is checked by its holder', async () => {
    expect((await checkCredential(credential, opening, documentLoader)).claims.statusIndex).toBe(74_565);
    const refused: [string, JsonObject, typeof opening][] = [
      ['holder-mismatch', credential, { ...opening, secret: opening.secret + 1n }],
      ['signature-invalid', { ...credential, validUntil: '2028-01-01T00:00:00Z' }, opening],
      ['document-not-covered', { ...credential, name: 'Staff card' }, opening],
      ['base-proof-missing', unsigned, opening],
      ['proof-value-invalid', first.derived, opening],
    ];
    for (const [code, document, holder] of refused)
      await expect(checkCredential(document, holder, documentLoader), code).rejects.toThrow(coded(code));
  });

  it('may have an eddsa-rdfc-2022 proof beside the base proof, and is shown with exactly one', async () => {
    const both = await issue(await issueEddsa());
    const [whole, base] = both.proof as JsonObject[];
    await checkCredential(both, opening, documentLoader);
    const verified = async (shown: JsonObject): Promise<boolean> => {
      const suite = [eddsaSuite(), suiteFor(first.binding)];
      const checkStatus = async () => ({ verified: true });
      return (await vc.verifyCredential({ credential: shown, suite, documentLoader, checkStatus })).verified;
    };
    expect(await verified({ ...both, proof: whole! })).toBe(true);
    expect(await verified({ ...both, proof: base! })).toBe(false);
    await expect(
      checkCredential({ ...both, proof: [base!, base!] }, opening, documentLoader),
    ).rejects.toThrow(coded('base-proof-missing'));
  });

  it('verifies with vc.verifyCredential and, in its presentation, with vc.verify', async () => {
    expect(await outcome(first.derived)).toBe('verified');
    const { presentation, binding } = first;
    const result = await vc.verify({
      presentation,
      suite: [eddsaSuite(), suiteFor({ ...binding, presentationKey: presentationKeyOf(presentation) })],
      challenge: binding.nonce,
      domain: binding.audience,
      documentLoader,
    });
    expect(result.error).toBeUndefined();
    expect(result.verified).toBe(true);
  });

  it('shows what it must and no more, in a proof of at most 400 bytes', () => {
    expect(first.derived).toEqual({
      '@context': unsigned['@context'],
      type: unsigned.type,
      issuer: unsigned.issuer,
      credentialSchema: unsigned.credentialSchema,
      credentialSubject: { cleared: true, predicates },
      proof: expect.objectContaining({ cryptosuite: 'countersign-groth16-2026' }),
    });
    expect((first.derived.proof as { proofValue: string }).proofValue.length).toBeLessThanOrEqual(400);
  });

  it('also without a scope, predicates about nothing, or a status list', { timeout: 120_000 }, async () => {
    const binding = { nonce: 'n', audience: 'origin:https://shop.example', presentationKey: 'did:key:z6Mk' };
    const { credentialStatus: _, ...unrevocable } = unsigned;
    const kept = credential;
    const subject = { grade: '7', hiredAt: '2021-03-01T10:00:00+01:00' };
    credential = await issue({
      ...unrevocable,
      credentialSubject: { ...(unrevocable.credentialSubject as JsonObject), ...subject },
    });
    const shown = await derive({
      binding,
      reveal: ['/credentialSubject/grade', '/credentialSubject/hiredAt'],
    });
    credential = kept;
    // However the issuer spelled them.
    expect(shown.credentialSubject).toEqual({ grade: 7, hiredAt: '2021-03-01T09:00:00Z' });
    const options: Partial<ZkVerifyOptions> = { statusLists: [{ status: null, root: sampleList.root }] };
    expect(await outcome(shown, binding, { ...options, scopeName: undefined as never })).toBe('verified');
    expect(await outcome(shown, binding, options)).toBe('Invalid signature.');
    const marked = altered(['credentialSubject', 'grade'], '7', shown);
    expect(await outcome(marked, binding, { ...options, scopeName: undefined as never })).toBe(
      'claim-value-invalid',
    );
    // The empty list of some other kind has the same root, and is another list.
    expect(await outcome(shown, binding)).toBe('status-list-invalid');
  });
});

describe('what was asked', () => {
  const asked = { reveal: ['/credentialSubject/cleared'], predicates: predicates.slice(1) };
  const age = (years: number) => ({
    predicates: [{ path: '/credentialSubject/birthDate', olderThan: { years } }],
  });

  it('is answered by what the credential shows, ages on the day of the proof', () => {
    expect(answers(asked, first.derived)).toBe(true);
    expect(answers(age(18), first.derived)).toBe(true);
    expect(answers({}, first.derived)).toBe(true);
  });

  it('is not answered by less', () => {
    expect(answers({ reveal: ['/credentialSubject/grade'] }, first.derived)).toBe(false);
    expect(answers(age(19), first.derived)).toBe(false);
    const wider = { path: '/credentialSubject/grade', between: [4, 9] as const };
    expect(answers({ predicates: [wider] }, first.derived)).toBe(false);
    expect(answers(asked, altered(['credentialSubject', 'predicates']))).toBe(false);
  });
});

describe('two presentations', () => {
  const isTime = (value: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);

  it('have nothing in common but what the whole anonymity set shares', () => {
    const values = (value: unknown): string[] =>
      typeof value === 'object' && value !== null ? Object.values(value).flatMap(values) : [String(value)];
    const shared = new Set(
      [
        ...values(unsigned['@context']),
        ...values(unsigned.type),
        ...values(unsigned.credentialSchema),
        ...values(predicates),
      ].concat([
        String(unsigned.issuer),
        'true',
        'DataIntegrityProof',
        'countersign-groth16-2026',
        'assertionMethod',
        'did:web:issuer.example#zk-1',
      ]),
    );
    const own = (p: Presentation): string[] => values(p.derived).filter((value) => !shared.has(value));
    expect(own(first)).toHaveLength(1);
    expect(own(first)).not.toEqual(own(second));
    // Nor has the presentation around them, but the words of its format and the second it was signed in.
    const format = [CREDENTIALS_V2, 'VerifiablePresentation', 'eddsa-rdfc-2022', 'authentication'];
    const around = (p: Presentation): string[] =>
      values(p.presentation).filter((value) => ![...shared, ...format].includes(value) && !isTime(value));
    // The derived proof, its key as holder and as method, challenge, domain, and the key's own proof.
    expect(new Set(around(first)).size).toBe(6);
    expect(around(first).filter((value) => around(second).includes(value))).toEqual([]);
    const [a, b] = [first, second].map((p) =>
      readDerivedProof((p.derived.proof as { proofValue: string }).proofValue),
    );
    // Time is the verifier's, list and root are the anonymity set's.
    expect(a!.now).toBe(b!.now);
    expect(a!.statusRoot).toBe(b!.statusRoot);
    expect(a!.pseudonym).not.toBe(b!.pseudonym);
    for (let at = 0; at < 128; at += 32)
      expect(Buffer.compare(a!.proof.subarray(at, at + 32), b!.proof.subarray(at, at + 32))).not.toBe(0);
  });

  it('to one verifier have one pseudonym', { timeout: 120_000 }, async () => {
    const again = await present(first.binding.audience, 'nonce-3');
    expect(pseudonymIn(again.derived)).toBe(pseudonymIn(first.derived));
    expect((again.derived.proof as { proofValue: string }).proofValue).not.toBe(
      (first.derived.proof as { proofValue: string }).proofValue,
    );
  });
});

describe('a verifier refuses', () => {
  it('another nonce, audience, response address or presentation key', async () => {
    const { binding } = first;
    const others: PresentationBinding[] = [
      { ...binding, nonce: 'nonce-2' },
      { ...binding, audience: 'x509_san_dns:bank.example' },
      { ...binding, responseUri: 'https://shop.example/response' },
      { ...binding, presentationKey: second.binding.presentationKey },
    ];
    for (const other of others) expect(await outcome(first.derived, other)).toBe('Invalid signature.');
  });

  it('another scope, and a pseudonym that is not the holder’s', async () => {
    expect(await outcome(first.derived, first.binding, { scopeName: 'customers' })).toBe(
      'Invalid signature.',
    );
    const shown = readDerivedProof((first.derived.proof as { proofValue: string }).proofValue);
    const proofValue = writeDerivedProof({ ...shown, pseudonym: shown.pseudonym + 1n });
    const forged = altered(['proof', 'proofValue'], proofValue);
    expect(await outcome(forged)).toBe('Invalid signature.');
  });

  it('a base proof', async () => {
    expect(await outcome(altered(['proof'], credential.proof))).toBe('base-proof');
    const { credentialStatus: _, ...shown } = credential;
    expect(await outcome(shown)).toBe('base-proof');
  });

  it('a second proof beside the first', async () => {
    const twice = { ...first.derived, proof: [first.derived.proof!, first.derived.proof!] };
    expect(await outcome(twice)).toBe('document-not-covered');
  });

  it('altered claims, predicates, types, issuer, schema and contexts', async () => {
    const subject = 'credentialSubject';
    const predicate = [subject, 'predicates'] as const;
    const contexts = unsigned['@context'] as Json[];
    const changes: [code: string, path: (string | number)[], value?: Json][] = [
      ['Invalid signature.', [subject, 'cleared'], false],
      ['Invalid signature.', [subject, 'cleared']],
      ['query-invalid', [subject, 'grade'], 7],
      ['Invalid signature.', [...predicate], predicates.slice(1) as unknown as Json],
      ['Invalid signature.', [...predicate], predicates.toReversed() as unknown as Json],
      ['Invalid signature.', [...predicate, 0, 'atMost'], '1990-12-31'],
      ['Invalid signature.', [...predicate, 1, 'oneOf'], ['engineering']],
      ['query-slot-unknown', [...predicate, 0, 'path'], '/credentialSubject/x'],
      ['query-invalid', [...predicate, 0, 'equals'], '1990-12-10'],
      ['query-invalid', [...predicate, 0], { path: '/credentialSubject/birthDate', olderThan: 3 }],
      ['set-invalid', [...predicate, 3, 'memberOf'], 'https://lists.example/x'],
      ['Invalid signature.', ['type'], ['VerifiableCredential']],
      ['Invalid signature.', ['@context'], [contexts[0]!, contexts[2]!, contexts[1]!]],
      ['document-unknown', ['@context'], [...contexts, 'https://x.example/']],
      ['document-not-covered', ['@context'], [...contexts, { grade: 'https://x.example/' }]],
      ['document-not-covered', ['issuer'], { id: 'did:web:issuer.example' }],
      ['Invalid signature.', ['issuer'], 'did:web:another.example'],
      ['claim-schema-invalid', ['credentialSchema']],
      ['claim-schema-invalid', ['credentialSchema', 'type'], 'JsonSchema'],
      ['document-unknown', ['credentialSchema', 'id'], 'https://x.example/'],
      ['document-not-covered', ['credentialSchema', 'name'], 'x'],
    ];
    for (const [code, path, value] of changes)
      expect(await outcome(altered(path, value)), `${path} ${JSON.stringify(value)}`).toBe(code);
  });

  it('members that the proof does not cover', async () => {
    const additions: Record<string, Json>[] = [
      { id: 'urn:uuid:1' },
      { name: 'Staff card' },
      { validFrom: '2026-01-01T00:00:00Z' },
      { validUntil: '2027-01-01T00:00:00Z' },
      { evidence: [{ type: 'Seen' }] },
    ];
    for (const more of additions)
      expect(await outcome({ ...first.derived, ...more })).toBe('document-not-covered');
    const inside: Record<string, Json>[] = [
      { id: 'did:example:1' },
      { unknown: 1 },
      { address: {} },
      { givenName: ['Ada'] },
    ];
    for (const more of inside) {
      const credentialSubject = { ...(first.derived.credentialSubject as JsonObject), ...more };
      expect(await outcome({ ...first.derived, credentialSubject }), JSON.stringify(more)).toMatch(
        /document-not-covered|claim-value-invalid/,
      );
    }
    for (const more of [
      { created: '2026-11-20T00:00:00Z' },
      { nonce: 'n' },
      { id: 'urn:uuid:1' },
      { '@context': 'urn:uuid:1' },
    ]) {
      const proof = { ...(first.derived.proof as JsonObject), ...more };
      expect(await outcome({ ...first.derived, proof })).toBe('document-not-covered');
    }
  });

  it('another time, an old status list, another verification key', async () => {
    expect(await outcome(first.derived, first.binding, { now: () => sampleNow + 300 })).toBe('verified');
    expect(await outcome(first.derived, first.binding, { now: () => sampleNow + 301 })).toBe('time-invalid');
    expect(await outcome(first.derived, first.binding, { now: () => sampleNow - 301 })).toBe('time-invalid');
    expect(await outcome(first.derived, first.binding, { statusLists: [] })).toBe('status-list-invalid');
    const other = { status: sampleKind.status, root: sampleList.root + 1n };
    expect(await outcome(first.derived, first.binding, { statusLists: [other] })).toBe('status-list-invalid');
  });

  it('an issuer that the key is not of, though it signed that name', { timeout: 120_000 }, async () => {
    const kept = credential;
    credential = await issue({ ...unsigned, issuer: 'did:web:victim.example' });
    const shown = await derive({ binding: first.binding, scopeName: 'staff', predicates });
    credential = kept;
    expect(await outcome(shown)).toBe('Credential issuer must match the verification method controller.');
  });

  it('another proof purpose, and more questions than a proof answers', async () => {
    expect(await outcome(altered(['proof', 'proofPurpose'], 'authentication'))).toMatch(
      /insufficient proofs/,
    );
    const many = Array.from({ length: 10_000 }, () => predicates[0]!) as unknown as Json;
    expect(await outcome(altered(['credentialSubject', 'predicates'], many))).toBe('query-invalid');
  });

  it('a proof value that is not in its one form', async () => {
    const { proofValue } = first.derived.proof as { proofValue: string };
    const values = [
      proofValue.slice(0, -1),
      `${proofValue}A`,
      `z${proofValue.slice(1)}`,
      'u',
      proofValue.replace(/.$/, '!'),
    ];
    for (const value of values)
      expect(
        await outcome({
          ...first.derived,
          proof: { ...(first.derived.proof as JsonObject), proofValue: value },
        }),
      ).toBe('proof-value-invalid');
  });
});

describe('before proving', () => {
  const binding = { nonce: 'n', audience: 'a', presentationKey: 'did:key:z6Mk' };
  const neverProve = async (): Promise<never> => expect.fail('a proof was begun');
  it('says what is wrong', async () => {
    const refused: [string, Partial<DeriveOptions>][] = [
      ['predicate-not-satisfied', { predicates: [{ path: '/credentialSubject/grade', greaterThan: 7 }] }],
      ['query-slot-unknown', { reveal: ['/credentialSubject/salary'] }],
      ['query-invalid', { reveal: [] }],
      ['query-invalid', { reveal: ['/credentialSubject/nickname'] }],
      ['query-invalid', { predicates: [{ path: '/credentialSubject/givenName', lessThan: 'B' }] }],
      ['credential-expired', { now: Date.UTC(2027, 0, 1) / 1000 + 1 }],
      ['not-in-set', { predicates: [{ path: '/credentialSubject/department', memberOf: SET }] }],
      ['set-invalid', { predicates: [{ path: '/credentialSubject/department', memberOf: 'x' }] }],
    ];
    for (const [code, options] of refused)
      await expect(
        derive({ binding, prover: neverProve, reveal: ['/credentialSubject/grade'], ...options }),
        code,
      ).rejects.toThrow(coded(code));
  });

  it('says so when nothing would be shown', async () => {
    await expect(derive({ binding, prover: neverProve })).rejects.toThrow(
      'reveal a claim or prove a predicate',
    );
  });
});
