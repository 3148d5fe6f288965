// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';
import { type CredentialKind, slotOf } from '../../functions/credentials/statement/claim-schema.ts';
import { encodeClaim } from '../../functions/credentials/statement/claim-value.ts';
import { LargeSet } from '../../functions/credentials/statement/large-set.ts';
import { bindingSignal, scopeSignal } from '../../functions/credentials/statement/presentation-binding.ts';
import type { SlotPredicate } from '../../functions/credentials/statement/query.ts';
import { StatusList } from '../../functions/credentials/statement/status-list.ts';
import { drawSecret, type RandomBytes, requestCredential } from '../src/holder.ts';
import { signCommitment } from '../src/issuer-signature.ts';
import { type CommittedClaims, commitClaims, type IssueOptions, issueClaims } from '../src/signed-claims.ts';
import type { Statement } from '../src/witness-inputs.ts';

/** A fixed sequence of bytes from a seed, so that what tests make is the same each time. */
export function seededRandom(seed: string): RandomBytes {
  let count = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32)
      out.set(
        createHash('sha256')
          .update(`${seed}/${count++}`)
          .digest()
          .subarray(0, length - at),
        at,
      );
    return out;
  };
}

/** An employee credential: every encoding, one absent claim, and a large integer. */
export const sampleKind: CredentialKind = {
  contexts: [{ url: 'https://www.w3.org/ns/credentials/v2', digest: '0'.repeat(64) }],
  types: ['VerifiableCredential', 'EmployeeCredential'],
  issuer: 'did:web:issuer.example',
  schema: {
    id: 'https://issuer.example/schemas/employee/1',
    slots: [
      { path: '/credentialSubject/givenName', encoding: 'string' },
      { path: '/credentialSubject/birthDate', encoding: 'date' },
      { path: '/credentialSubject/grade', encoding: 'integer' },
      { path: '/credentialSubject/department', encoding: 'string' },
      { path: '/credentialSubject/cleared', encoding: 'boolean' },
      { path: '/credentialSubject/hiredAt', encoding: 'dateTime' },
      { path: '/credentialSubject/address/country', encoding: 'string' },
      { path: '/credentialSubject/nickname', encoding: 'string' },
      { path: '/credentialSubject/balance', encoding: 'integer' },
    ],
  },
  status: { list: 'https://issuer.example/status/3', purpose: 'revocation' },
};

export const sampleClaims: Readonly<Record<string, unknown>> = {
  '/credentialSubject/givenName': 'Ada',
  '/credentialSubject/birthDate': '1990-12-10',
  '/credentialSubject/grade': 7,
  '/credentialSubject/department': 'engineering',
  '/credentialSubject/cleared': true,
  '/credentialSubject/hiredAt': '2021-03-01T09:00:00Z',
  '/credentialSubject/address/country': 'NZ',
  '/credentialSubject/balance': '-9223372036854775808',
};

export const sampleNow = Date.UTC(2026, 10, 20) / 1000;
export const sampleKey = seededRandom('issuer')(32);

/** Nobody is revoked. */
export const sampleList = StatusList.empty();

export const sampleSet = new LargeSet(['AU', 'NZ', 'FJ', 'WS', 'TO'].map((v) => encodeClaim('string', v)));

/** A statement that holds; `issue` and `state` change what the issuer signs and what is proved. */
export function sampleStatement(
  issue: Partial<IssueOptions> = {},
  state: Partial<Statement> = {},
  seed = 'holder',
): Statement {
  const random = seededRandom(seed);
  const opening = { secret: drawSecret(random), blinding: drawSecret(random) };
  const context = 'did:web:issuer.example/n-1';
  const signed = issueClaims({
    kind: sampleKind,
    valueAt: (path) => sampleClaims[path],
    validFrom: sampleNow - 86_400,
    validUntil: sampleNow + 86_400,
    statusIndex: 74_565,
    request: requestCredential(opening, context, random),
    context,
    privateKey: sampleKey,
    ...issue,
  });
  const binding = bindingSignal({
    nonce: 'n-2',
    audience: 'x509_san_dns:shop.example',
    responseUri: 'https://shop.example/response',
    presentationKey: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  });
  const slot = (name: string): number => slotOf(sampleKind.schema, `/credentialSubject/${name}`);
  return {
    signed,
    opening,
    query: {
      predicates: [
        { kind: 'range', slot: slot('birthDate'), low: 0n, high: encodeClaim('date', '2008-11-20') },
        {
          kind: 'in',
          slot: slot('department'),
          values: ['sales', 'engineering'].map((v) => encodeClaim('string', v)),
        },
        {
          kind: 'notIn',
          slot: slot('givenName'),
          values: ['Eve', 'Mallory'].map((v) => encodeClaim('string', v)),
        },
        { kind: 'in', slot: slot('cleared'), values: [1n] },
      ],
      setSlot: slot('address/country'),
    },
    set: sampleSet,
    statusList: sampleList,
    now: sampleNow,
    scope: scopeSignal('x509_san_dns:shop.example', 'staff-discount', binding),
    binding,
    ...state,
  };
}

/** The same statement about other committed claims, signed anew by the sample issuer. */
export function reissued(statement: Statement, claims: Partial<CommittedClaims>): Statement {
  const changed = { ...statement.signed.claims, ...claims };
  const signature = signCommitment(commitClaims(changed), sampleKey);
  return { ...statement, signed: { ...statement.signed, claims: changed, signature } };
}

/** A statement about a credential whose slot 0 holds a raw number, and one predicate on it. */
export function aboutNumber(value: bigint, predicate: SlotPredicate): Statement {
  const statement = sampleStatement({}, { query: { predicates: [predicate] } });
  const slots = [value, ...statement.signed.claims.slots.slice(1)];
  return reissued(statement, { slots });
}
