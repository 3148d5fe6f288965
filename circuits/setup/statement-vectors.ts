// SPDX-License-Identifier: GPL-3.0-or-later
import { issuerJwk, to32Bytes } from '../../functions/credentials/statement/baby-jubjub.ts';
import {
  type ClaimPredicate,
  lowerDisclosure,
} from '../../functions/credentials/statement/claim-predicate.ts';
import { kindDigest } from '../../functions/credentials/statement/claim-schema.ts';
import {
  ABSENT,
  type ClaimEncoding,
  encodeClaim,
} from '../../functions/credentials/statement/claim-value.ts';
import { hashToField } from '../../functions/credentials/statement/field.ts';
import { LargeSet } from '../../functions/credentials/statement/large-set.ts';
import { bindingSignal, scopeSignal } from '../../functions/credentials/statement/presentation-binding.ts';
import { writeBaseProof, writeDerivedProof } from '../../functions/credentials/statement/proof-value.ts';
import { layOutQuery, queryDigest } from '../../functions/credentials/statement/query.ts';
import {
  STATUS_ENTRIES,
  StatusList,
  statusListId,
} from '../../functions/credentials/statement/status-list.ts';
import { affine, HOLDER_G, HOLDER_H } from '../src/curve.ts';
import { commitHolder, drawSecret, pseudonymOf, requestCredential } from '../src/holder.ts';
import { issuerPublicKey } from '../src/issuer-signature.ts';
import { commitClaims, issueClaims } from '../src/signed-claims.ts';
import { sampleClaims, sampleKey, sampleKind, sampleNow, seededRandom } from '../testing/sample.ts';

const CLAIMS: readonly (readonly [ClaimEncoding, unknown])[] = [
  ['integer', 0],
  ['integer', -1],
  ['integer', '-9223372036854775808'],
  ['integer', '9223372036854775807'],
  ['date', '1970-01-01'],
  ['date', '1969-12-31'],
  ['date', '2000-02-29'],
  ['dateTime', '1970-01-01T00:00:00Z'],
  ['dateTime', '2026-11-20T09:24:00+13:00'],
  ['boolean', false],
  ['boolean', true],
  ['string', ''],
  ['string', 'Ada'],
  ['string', 'Zürich'],
];

const PREDICATES: readonly ClaimPredicate[] = [
  { path: '/credentialSubject/grade', equals: 7 },
  { path: '/credentialSubject/grade', notEquals: 7 },
  { path: '/credentialSubject/grade', lessThan: 8 },
  { path: '/credentialSubject/grade', atMost: 7 },
  { path: '/credentialSubject/grade', greaterThan: 6 },
  { path: '/credentialSubject/grade', atLeast: 7 },
  { path: '/credentialSubject/birthDate', between: ['1990-01-01', '1990-12-31'] },
  { path: '/credentialSubject/department', oneOf: ['sales', 'engineering'] },
  { path: '/credentialSubject/department', noneOf: ['legal'] },
];

/**
 * Test vectors for everything outside the circuit, as JSON: numbers are decimal strings. They are the same each time;
 * `spec.test.ts` computes them again.
 */
export function statementVectors(): unknown {
  const random = seededRandom('vectors');
  const opening = { secret: drawSecret(random), blinding: drawSecret(random) };
  const context = 'did:web:issuer.example/nonce-1';
  const request = requestCredential(opening, context, random);
  const issued = issueClaims({
    kind: sampleKind,
    valueAt: (path) => sampleClaims[path],
    validFrom: sampleNow,
    validUntil: sampleNow + 86_400,
    statusIndex: 74_565,
    request,
    context,
    privateKey: sampleKey,
  });
  const binding = {
    nonce: 'n-0S6_WzA2Mj',
    audience: 'x509_san_dns:shop.example',
    responseUri: 'https://shop.example/response',
    presentationKey: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  };
  const bound = bindingSignal(binding);
  const scope = scopeSignal(binding.audience, 'staff-discount', bound);
  const countries = ['AU', 'FJ', 'NZ'].map((code) => encodeClaim('string', code));
  const set = new LargeSet(countries);
  const entries = [0, 9, 74_565, STATUS_ENTRIES - 1];
  const bytes = new Uint8Array(STATUS_ENTRIES / 8);
  for (const index of entries) bytes[index >> 3]! |= 128 >> (index & 7);
  const { r, s } = issued.signature;

  return decimal({
    hashToField: {
      tag: 'countersign/v1/string',
      utf8: 'Ada',
      value: hashToField('countersign/v1/string', new TextEncoder().encode('Ada')),
    },
    absent: ABSENT,
    claims: CLAIMS.map(([encoding, value]) => ({ encoding, value, encoded: encodeClaim(encoding, value) })),
    kind: { ...sampleKind, signal: kindDigest(sampleKind) },
    holder: {
      g: affine(HOLDER_G),
      h: affine(HOLDER_H),
      ...opening,
      commitment: commitHolder(opening),
      request: { context, proof: request.proof },
    },
    credential: { claims: issued.claims, commitment: commitClaims(issued.claims) },
    issuer: {
      privateKey: Buffer.from(sampleKey).toString('hex'),
      publicKey: issuerPublicKey(sampleKey),
      jwk: issuerJwk(issuerPublicKey(sampleKey)),
      signature: { r, s },
      baseProofValue: writeBaseProof({ signatureR: r, signatureS: s, holder: issued.claims.holder }),
    },
    queries: [
      { predicates: [], signal: queryDigest(layOutQuery({ predicates: [] })) },
      ...PREDICATES.map((predicate) => {
        const layout = layOutQuery(
          lowerDisclosure(sampleKind.schema, { revealed: [], predicates: [predicate] }).query,
        );
        return { predicates: [predicate], first: layout.predicates[0], signal: queryDigest(layout) };
      }),
      {
        note: 'all four places, and a large set on slot 6',
        signal: queryDigest(
          layOutQuery(
            lowerDisclosure(sampleKind.schema, {
              revealed: [{ path: '/credentialSubject/cleared', value: true }],
              predicates: [
                ...PREDICATES.slice(6),
                { path: '/credentialSubject/address/country', memberOf: 'pacific' },
              ],
            }).query,
          ),
        ),
      },
    ],
    set: { members: countries, root: set.root, path: set.path(countries[2]!) },
    status: {
      ...sampleKind.status,
      id: statusListId(sampleKind.status),
      set: entries,
      root: new StatusList(bytes).root,
      emptyRoot: StatusList.empty().root,
      path: new StatusList(bytes).path(74_565),
    },
    presentation: {
      binding,
      signal: bound,
      scopeName: 'staff-discount',
      scope,
      unscoped: scopeSignal(binding.audience, undefined, bound),
      pseudonym: pseudonymOf(opening.secret, scope),
    },
    derivedProofValue: {
      proof: '01'.repeat(128),
      now: 1n,
      pseudonym: 2n,
      statusList: 3n,
      statusRoot: 4n,
      value: writeDerivedProof({
        proof: new Uint8Array(128).fill(1),
        now: 1n,
        pseudonym: 2n,
        statusList: 3n,
        statusRoot: 4n,
      }),
    },
    bytes32: { value: 258n, hex: Buffer.from(to32Bytes(258n)).toString('hex') },
  });
}

/** Numbers of the field as decimal strings. */
function decimal(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(decimal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, decimal(each)]));
}
