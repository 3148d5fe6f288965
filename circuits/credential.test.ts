// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { kindDigest } from '../functions/credentials/statement/claim-schema.ts';
import { BIAS, encodeClaim } from '../functions/credentials/statement/claim-value.ts';
import { FIELD_ORDER } from '../functions/credentials/statement/field.ts';
import { LargeSet } from '../functions/credentials/statement/large-set.ts';
import { layOutQuery, queryDigest, type SlotPredicate } from '../functions/credentials/statement/query.ts';
import { STATUS_ENTRIES, StatusList } from '../functions/credentials/statement/status-list.ts';
import { GROUP_ORDER } from './src/curve.ts';
import { issuerPublicKey, signCommitment } from './src/issuer-signature.ts';
import { commitClaims } from './src/signed-claims.ts';
import { layOutStatement, type Statement } from './src/witness-inputs.ts';
import { verdict, verdictOn, witnessOf } from './testing/circuit.ts';
import {
  aboutNumber,
  reissued,
  sampleKey,
  sampleKind,
  sampleList,
  sampleNow,
  sampleSet,
  sampleStatement,
  seededRandom,
} from './testing/sample.ts';

const MAX = 2n ** 64n - 1n;
const LAST = FIELD_ORDER - 1n;
const range = (low: bigint, high: bigint): SlotPredicate => ({ kind: 'range', slot: 0, low, high });
const among = (...values: bigint[]): SlotPredicate => ({ kind: 'in', slot: 0, values });
const noneOf = (...values: bigint[]): SlotPredicate => ({ kind: 'notIn', slot: 0, values });
const sixteen = Array.from({ length: 16 }, (_, i) => BigInt(i * i));

describe('one predicate on one number', () => {
  const k = 2n ** 32n;
  const cases: readonly [text: string, predicate: SlotPredicate, holds: bigint[], fails: bigint[]][] = [
    ['0 <= v <= 0', range(0n, 0n), [0n], [1n, LAST, 2n ** 64n]],
    ['v around 0 of the signed line', range(BIAS, BIAS), [BIAS], [BIAS - 1n, BIAS + 1n]],
    ['v < 2^32', range(0n, k - 1n), [0n, k - 1n], [k, k + 1n, LAST]],
    ['v >= 2^32', range(k, MAX), [k, MAX], [k - 1n, 0n, MAX + 1n, LAST]],
    ['the whole line', range(0n, MAX), [0n, MAX], [MAX + 1n, LAST, FIELD_ORDER - 2n ** 63n]],
    ['the upper end', range(MAX, MAX), [MAX], [MAX - 1n, MAX + 1n, 0n]],
    ['= 0', among(0n), [0n], [1n, LAST]],
    ['= r - 1', among(LAST), [LAST], [0n, LAST - 1n]],
    ['in sixteen', among(...sixteen), [0n, 225n], [2n, 226n, LAST]],
    ['!= 0', noneOf(0n), [1n, LAST], [0n]],
    ['!= r - 1', noneOf(LAST), [0n, LAST - 1n], [LAST]],
    ['not in sixteen', noneOf(...sixteen), [2n, 226n], [0n, 225n]],
  ];
  for (const [text, predicate, good, bad] of cases) {
    it(`${text}: holds of ${good.length}, fails of ${bad.length}`, async () => {
      for (const value of good)
        expect(await verdict(aboutNumber(value, predicate)), `${value}`).toBe('holds');
      for (const value of bad)
        expect(await verdict(aboutNumber(value, predicate)), `${value}`).toMatch(/^Credential\/Predicate/);
    });
  }

  it('each of the four places is checked, and each on its own slot', async () => {
    const statement = sampleStatement();
    const grade = encodeClaim('integer', 7);
    for (let place = 0; place < 4; place++) {
      const at = (slot: number): Statement => {
        const predicates: SlotPredicate[] = Array.from({ length: place }, () => range(0n, MAX)).map((p) => ({
          ...p,
          slot: 1,
        }));
        return {
          ...statement,
          query: { predicates: [...predicates, { kind: 'in', slot, values: [grade] }] },
        };
      };
      expect(await verdict(at(2))).toBe('holds');
      expect(await verdict(at(3))).toBe('Credential/Predicate');
    }
  });

  it('asks nothing when there is no predicate', async () => {
    expect(await verdict(sampleStatement({}, { query: { predicates: [] } }))).toBe('holds');
  });
});

describe('the query digest', () => {
  const statement = sampleStatement();
  const { inputs } = layOutStatement(statement);

  it('binds operands, slots, kinds and the large set', async () => {
    const other = { ...statement.query, predicates: statement.query.predicates.slice(0, 3) };
    const laidOut = layOutStatement({ ...statement, query: other }).inputs;
    for (const name of ['queryOperands', 'querySlotBits', 'queryKindBits'])
      expect(await verdictOn({ ...inputs, [name]: laidOut[name] }), name).toBe('Credential');
    expect(await verdictOn({ ...inputs, querySetAsked: 0n }), 'set').toBe('Credential');
    expect(await verdictOn(laidOut)).toBe('holds');
  });

  it('has one reading: selectors that are not bits are refused', async () => {
    // Slot 2 as "two at the place of 1" packs to the same number as slot 2 in bits.
    const query = { predicates: [{ kind: 'in' as const, slot: 2, values: [encodeClaim('integer', 7)] }] };
    const good = layOutStatement({ ...statement, query }).inputs;
    const bits = (good.querySlotBits as bigint[][]).map((row) => [...row]);
    expect(bits[0]).toEqual([0n, 1n, 0n, 0n]);
    bits[0] = [2n, 0n, 0n, 0n];
    expect(await verdictOn({ ...good, querySlotBits: bits })).toBe('Credential/QueryDigest');
    expect(queryDigest(layOutQuery(query))).toBe(good.query);
  });
});

describe('validity', () => {
  const at = (now: number, validFrom?: number, validUntil?: number): Statement =>
    sampleStatement({ validFrom, validUntil }, { now });

  it('begins and ends on the second', async () => {
    const [from, until] = [sampleNow - 100, sampleNow + 100];
    expect(await verdict(at(from, from, until))).toBe('holds');
    expect(await verdict(at(from - 1, from, until))).toBe('Credential/Num2Bits');
    expect(await verdict(at(until, from, until))).toBe('holds');
    expect(await verdict(at(until + 1, from, until))).toBe('Credential/Num2Bits');
  });

  it('has no end where the credential sets none', async () => {
    expect(await verdict(at(-62_000_000_000, undefined, sampleNow))).toBe('holds');
    expect(await verdict(at(250_000_000_000, sampleNow, undefined))).toBe('holds');
  });
});

describe('status', () => {
  const revoking = (...indices: number[]): StatusList => {
    const bytes = new Uint8Array(STATUS_ENTRIES / 8);
    for (const index of indices) bytes[index >> 3]! |= 128 >> (index & 7);
    return new StatusList(bytes);
  };

  it('refuses a revoked credential, and only that one', async () => {
    for (const index of [0, 127, 128, 74_565, STATUS_ENTRIES - 1]) {
      const near = [index - 1, index + 1].filter((i) => i >= 0 && i < STATUS_ENTRIES);
      expect(await verdict(sampleStatement({ statusIndex: index }, { statusList: revoking(index) }))).toBe(
        'Credential',
      );
      expect(await verdict(sampleStatement({ statusIndex: index }, { statusList: revoking(...near) }))).toBe(
        'holds',
      );
    }
  });

  it('refuses an index beyond the list, the path of another index, and an older list', async () => {
    const statement = sampleStatement();
    expect(await verdict(reissued(statement, { statusIndex: STATUS_ENTRIES }), pathOf(statement))).toBe(
      'Credential/StatusBit/Num2Bits',
    );
    const list = revoking(74_565);
    const elsewhere = list.path(0);
    expect(
      await verdict(
        { ...statement, statusList: list },
        { statusChunk: elsewhere.chunk, statusChildren: elsewhere.children },
      ),
    ).toBe('Credential/StatusBit');
    expect(await verdict({ ...statement, statusList: list }, pathOf(statement))).toBe('Credential');
    expect(
      await verdict(
        { ...statement, statusList: list },
        { ...pathOf(statement), statusRoot: sampleList.root },
      ),
    ).toBe('holds');
  });

  function pathOf({ signed }: Statement): Record<string, unknown> {
    const { chunk, children } = sampleList.path(signed.claims.statusIndex);
    return { statusChunk: chunk, statusChildren: children };
  }
});

describe('issuer and schema', () => {
  const statement = sampleStatement();
  const { claims } = statement.signed;

  it('refuses another schema, also one that differs in the last member', async () => {
    const other = kindDigest({ ...sampleKind, types: ['VerifiableCredential', 'EmployeeCredentials'] });
    expect(await verdict(statement, { schema: other })).toBe('Credential/IssuerSignature');
    expect(await verdict(statement, { schema: (claims.schema + 1n) % FIELD_ORDER })).toBe(
      'Credential/IssuerSignature',
    );
  });

  it('refuses the key of another issuer and a signature by another', async () => {
    const otherKey = seededRandom('another issuer')(32);
    expect(await verdict(statement, { issuer: issuerPublicKey(otherKey) })).toBe(
      'Credential/IssuerSignature',
    );
    const forged = signCommitment(commitClaims(claims), otherKey);
    expect(await verdict(statement, { signatureR: forged.r, signatureS: forged.s })).toBe(
      'Credential/IssuerSignature',
    );
    const again = signCommitment(commitClaims(claims), sampleKey);
    expect(await verdict(statement, { signatureR: again.r, signatureS: again.s })).toBe('holds');
  });

  it('refuses a signature with S or R altered', async () => {
    const { r, s } = statement.signed.signature;
    expect(await verdict(statement, { signatureS: s + 1n })).toBe('Credential/IssuerSignature');
    expect(await verdict(statement, { signatureS: GROUP_ORDER - s })).toBe('Credential/IssuerSignature');
    expect(await verdict(statement, { signatureR: [FIELD_ORDER - r[0], r[1]] })).toBe(
      'Credential/IssuerSignature',
    );
  });

  it('refuses each committed part altered after signing', async () => {
    const change = (part: object): Statement => ({
      ...statement,
      signed: { ...statement.signed, claims: { ...claims, ...part } },
    });
    expect(await verdict(change({ validUntil: claims.validUntil + 1n }))).toBe('Credential/IssuerSignature');
    expect(await verdict(change({ validFrom: claims.validFrom - 1n }))).toBe('Credential/IssuerSignature');
    expect(await verdict(change({ statusIndex: claims.statusIndex + 1 }))).toBe('Credential/IssuerSignature');
    for (const slot of [0, 8, 15])
      expect(
        await verdict(change({ slots: claims.slots.map((v, i) => (i === slot ? 5n : v)) })),
        `slot ${slot}`,
      ).toBe('Credential/IssuerSignature');
  });
});

describe('holder', () => {
  const statement = sampleStatement();
  const { secret, blinding } = statement.opening;

  it('refuses another secret, another blinding, and both in exchange', async () => {
    for (const opening of [
      { secret: secret + 1n, blinding },
      { secret, blinding: blinding - 1n },
      { secret: blinding, blinding: secret },
    ])
      expect(await verdict(statement, opening)).toBe('Credential/IssuerSignature');
  });

  it('refuses a second name for the same secret: secret plus the group order', async () => {
    expect(await verdict(statement, { secret: secret + GROUP_ORDER })).toBe(
      'Credential/HolderCommitment/Num2Bits',
    );
    expect(await verdict(statement, { secret: secret - GROUP_ORDER + FIELD_ORDER })).toBe(
      'Credential/HolderCommitment/Num2Bits',
    );
  });

  it('gives one pseudonym per scope, whatever the credential', async () => {
    const pseudonymIn = async (s: Statement): Promise<bigint> => {
      const { inputs, signals } = layOutStatement(s);
      const witness = await witnessOf(inputs);
      expect(witness[1]).toBe(signals.pseudonym);
      return signals.pseudonym;
    };
    const first = await pseudonymIn(statement);
    expect(await pseudonymIn(sampleStatement({ statusIndex: 5 }))).toBe(first);
    expect(await pseudonymIn({ ...statement, scope: statement.scope + 1n })).not.toBe(first);
    expect(await pseudonymIn(sampleStatement({}, {}, 'another holder'))).not.toBe(first);
  });
});

describe('membership in a large set', () => {
  const asking = (set: LargeSet): Statement =>
    sampleStatement({}, { set, query: { predicates: [], setSlot: 6 } });
  const codes = (...names: string[]): LargeSet =>
    new LargeSet(names.map((name) => encodeClaim('string', name)));

  it('holds of members only, under the given root only', async () => {
    expect(await verdict(asking(sampleSet))).toBe('holds');
    expect(await verdict(asking(codes('NZ')))).toBe('holds');
    expect(await verdict(asking(codes('AU', 'FJ')))).toBe('Credential');
    expect(await verdict(asking(sampleSet), { setRoot: codes('AU').root })).toBe('Credential');
  });

  it('refuses a path from another member', async () => {
    const children = sampleSet.path(encodeClaim('string', 'AU'));
    expect(
      await verdict(
        sampleStatement({ valueAt: () => undefined }, { query: { predicates: [], setSlot: 6 } }),
        {
          setChildren: children,
        },
      ),
    ).toBe('Credential/SetRoot');
  });

  it('looks at no root when none is asked for', async () => {
    const statement = sampleStatement({}, { query: { predicates: [] } });
    expect(await verdict(statement, { setRoot: 1n })).toBe('holds');
  });
});
