// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { FIELD_ORDER } from '../../functions/credentials/statement/field.ts';
import { STATUS_ENTRIES, StatusList } from '../../functions/credentials/statement/status-list.ts';
import { hashToCurve } from '../setup/generators.ts';
import {
  reissued,
  sampleKey,
  sampleKind,
  sampleNow,
  sampleStatement,
  seededRandom,
} from '../testing/sample.ts';
import { type AffinePoint, affine, GROUP_ORDER, HOLDER_G, HOLDER_H, Point, readPoint } from './curve.ts';
import { checkHolderRequest, commitHolder, drawSecret, requestCredential } from './holder.ts';
import { issuerPublicKey, signCommitment, verifyCommitment } from './issuer-signature.ts';
import { type IssueOptions, issueClaims } from './signed-claims.ts';
import { witnessInputs } from './witness-inputs.ts';

const coded = (code: string) => expect.objectContaining({ code });

describe('points', () => {
  it('of the circuit were hashed to the curve', () => {
    expect(hashToCurve('countersign/v1/holder-secret').equals(HOLDER_G)).toBe(true);
    expect(hashToCurve('countersign/v1/holder-blinding').equals(HOLDER_H)).toBe(true);
    const offset = hashToCurve('countersign/v1/multiplication-offset');
    expect(affine(offset)[0]).toBe(
      17770338261154027171545332521566388564199345471473877105438526089037984734851n,
    );
    expect(affine(offset.multiply((1n << 253n) % GROUP_ORDER))[0]).toBe(
      1710532021155376485616383568509656488591529035387085834412778203532970999241n,
    );
  });

  it('are refused off the curve, neutral, of small order, or not reduced', () => {
    const [x, y] = affine(Point.BASE);
    readPoint([x, y]);
    // EIP-2494's generator of the whole group: on the curve, of order 8 times the prime.
    const whole: AffinePoint = [
      995203441582195749578291179787384436505546430278305826713579947235728471134n,
      5472060717959818805561601436314318772137091100104008585924551046643952123905n,
    ];
    for (const bad of [
      [x + 1n, y],
      [0n, 1n],
      [0n, FIELD_ORDER - 1n],
      whole,
      [x + FIELD_ORDER, y],
      [-x, y],
    ] as AffinePoint[])
      expect(() => readPoint(bad)).toThrow(coded('key-invalid'));
  });
});

describe('the issuer signature', () => {
  const key = issuerPublicKey(sampleKey);
  const message = 123456789n;
  const signature = signCommitment(message, sampleKey);

  it('verifies for its message and key alone, in its one form', () => {
    expect(verifyCommitment(message, signature, key)).toBe(true);
    expect(verifyCommitment(message + 1n, signature, key)).toBe(false);
    expect(verifyCommitment(message, signature, issuerPublicKey(seededRandom('x')(32)))).toBe(false);
    expect(verifyCommitment(message, { ...signature, s: signature.s + GROUP_ORDER }, key)).toBe(false);
    expect(verifyCommitment(message, { ...signature, s: (signature.s + 1n) % GROUP_ORDER }, key)).toBe(false);
    expect(
      verifyCommitment(message, { ...signature, r: [FIELD_ORDER - signature.r[0], signature.r[1]] }, key),
    ).toBe(false);
  });

  it('is the same each time, and differs in R for another message', () => {
    expect(signCommitment(message, sampleKey)).toEqual(signature);
    expect(signCommitment(message + 1n, sampleKey).r).not.toEqual(signature.r);
    expect(() => signCommitment(message, new Uint8Array(31))).toThrow(RangeError);
  });
});

describe("the holder's request", () => {
  const random = seededRandom('request');
  const opening = { secret: drawSecret(random), blinding: drawSecret(random) };
  const request = requestCredential(opening, 'issuer/nonce', random);

  it('proves knowledge for its context and commitment alone', () => {
    checkHolderRequest(request, 'issuer/nonce');
    const { proof } = request;
    const bad = [
      { ...request, commitment: commitHolder({ ...opening, secret: opening.secret + 1n }) },
      { ...request, proof: { ...proof, secret: (proof.secret + 1n) % GROUP_ORDER } },
      { ...request, proof: { ...proof, blinding: (proof.blinding + 1n) % GROUP_ORDER } },
      { ...request, proof: { ...proof, secret: proof.secret + GROUP_ORDER } },
      { ...request, proof: { ...proof, t: affine(Point.BASE) } },
    ];
    for (const each of bad)
      expect(() => checkHolderRequest(each, 'issuer/nonce')).toThrow(coded('holder-proof-invalid'));
    expect(() => checkHolderRequest(request, 'issuer/other')).toThrow(coded('holder-proof-invalid'));
    expect(() => checkHolderRequest({ ...request, commitment: [0n, 1n] }, 'issuer/nonce')).toThrow(
      coded('key-invalid'),
    );
  });

  it('hides the secret: two requests for one secret have nothing in common', () => {
    const again = requestCredential({ ...opening, blinding: drawSecret(random) }, 'issuer/nonce', random);
    const values = (r: typeof request): bigint[] => [
      ...r.commitment,
      ...r.proof.t,
      r.proof.secret,
      r.proof.blinding,
    ];
    expect(values(again).filter((value) => values(request).includes(value))).toEqual([]);
  });
});

describe('issuing', () => {
  const random = seededRandom('issuing');
  const opening = { secret: drawSecret(random), blinding: drawSecret(random) };
  const options: IssueOptions = {
    kind: sampleKind,
    valueAt: () => undefined,
    statusIndex: 1,
    request: requestCredential(opening, 'c', random),
    context: 'c',
    privateKey: sampleKey,
  };

  it('refuses a request for another issuer, an index out of the list, and an end before the beginning', () => {
    issueClaims(options);
    expect(() => issueClaims({ ...options, context: 'd' })).toThrow(coded('holder-proof-invalid'));
    for (const statusIndex of [-1, 131_072, 0.5, undefined])
      expect(() => issueClaims({ ...options, statusIndex })).toThrow(coded('status-list-invalid'));
    expect(() => issueClaims({ ...options, kind: { ...sampleKind, status: null } })).toThrow(
      coded('status-list-invalid'),
    );
    expect(() => issueClaims({ ...options, validFrom: 2, validUntil: 1 })).toThrow(coded('time-invalid'));
    expect(() =>
      issueClaims({ ...options, valueAt: (path) => (path.endsWith('grade') ? '07' : undefined) }),
    ).toThrow(
      expect.objectContaining({
        code: 'claim-value-invalid',
        fields: [expect.objectContaining({ field: '/credentialSubject/grade' })],
      }),
    );
  });
});

describe('before proving', () => {
  const statement = sampleStatement();

  it('says what is wrong', () => {
    witnessInputs(statement);
    const { claims } = statement.signed;
    const refusals: [string, () => unknown][] = [
      ['credential-expired', () => witnessInputs({ ...statement, now: sampleNow + 86_401 })],
      ['credential-not-yet-valid', () => witnessInputs({ ...statement, now: sampleNow - 86_401 })],
      [
        'holder-mismatch',
        () => witnessInputs({ ...statement, opening: { ...statement.opening, blinding: 1n } }),
      ],
      [
        'holder-mismatch',
        () => witnessInputs({ ...statement, opening: { ...statement.opening, secret: 1n << 246n } }),
      ],
      [
        'signature-invalid',
        () =>
          witnessInputs({
            ...statement,
            signed: { ...statement.signed, claims: { ...claims, statusIndex: 3 } },
          }),
      ],
      ['not-in-set', () => witnessInputs({ ...statement, query: { predicates: [], setSlot: 0 } })],
      ['query-invalid', () => witnessInputs({ ...statement, query: { predicates: [], setSlot: 99 } })],
    ];
    for (const [code, run] of refusals) expect(run, code).toThrow(coded(code));
  });

  it('names the predicate that fails', () => {
    const predicates = [
      { kind: 'range' as const, slot: 2, low: 0n, high: 2n ** 64n - 1n },
      { kind: 'range' as const, slot: 2, low: 0n, high: 1n },
    ];
    expect(() => witnessInputs({ ...statement, query: { predicates } })).toThrow(
      expect.objectContaining({
        code: 'predicate-not-satisfied',
        fields: [expect.objectContaining({ field: 'predicates.1' })],
      }),
    );
  });

  it('finds a revoked credential', () => {
    witnessInputs({ ...statement, statusList: StatusList.empty() });
    const bytes = new Uint8Array(STATUS_ENTRIES / 8).fill(255);
    const revoked = new StatusList(bytes);
    expect(() => witnessInputs({ ...reissued(statement, {}), statusList: revoked })).toThrow(
      coded('credential-revoked'),
    );
  });
});
