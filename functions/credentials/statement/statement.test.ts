import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import {
  type ClaimSchema,
  type CredentialKind,
  checkClaimSchema,
  encodeSlots,
  kindDigest,
  slotOf,
} from './claim-schema.ts';
import { ABSENT, MAX_ORDERED } from './claim-value.ts';
import { FIELD_ORDER, hashToField } from './field.ts';
import { HashTree } from './hash-tree.ts';
import { LargeSet } from './large-set.ts';
import { bindingSignal, scopeSignal } from './presentation-binding.ts';
import { layOutQuery, queryDigest, type SlotPredicate } from './query.ts';
import { STATUS_ENTRIES, StatusList } from './status-list.ts';

const schema: ClaimSchema = {
  id: 'https://issuer.example/schemas/1',
  slots: [
    { path: '/credentialSubject/name', encoding: 'string' },
    { path: '/credentialSubject/age', encoding: 'integer' },
  ],
};
const kind: CredentialKind = {
  contexts: [{ url: 'https://www.w3.org/ns/credentials/v2', digest: 'a'.repeat(64) }],
  types: ['VerifiableCredential', 'X'],
  issuer: 'did:web:issuer.example',
  schema,
  status: { list: 'https://issuer.example/status/1', purpose: 'revocation' },
};

describe('canonical JSON', () => {
  it('is that of RFC 8785, section 3.2.2 and 3.2.3', () => {
    expect(
      canonicalJson({ literals: [null, true, false], numbers: [333333333.3333333, 1e30, 4.5, 0.002, 1e-27] }),
    ).toBe('{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}');
    expect(
      canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7 }),
    ).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('refuses what JSON has not', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800'])
      expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('a claim schema', () => {
  it('is refused when a path or encoding is none, twice there, or there are too many', () => {
    checkClaimSchema(schema);
    const bad: unknown[] = [
      { ...schema, id: 'schema' },
      { ...schema, slots: [] },
      {
        ...schema,
        slots: Array.from({ length: 17 }, (_, i) => ({
          path: `/credentialSubject/c${i}`,
          encoding: 'string',
        })),
      },
      { ...schema, slots: [schema.slots[0], schema.slots[0]] },
      { ...schema, slots: [{ path: '/issuer', encoding: 'string' }] },
      { ...schema, slots: [{ path: '/credentialSubject', encoding: 'string' }] },
      { ...schema, slots: [{ path: '/credentialSubject/a~2', encoding: 'string' }] },
      { ...schema, slots: [{ path: '/credentialSubject/a', encoding: 'float' }] },
    ];
    for (const each of bad)
      expect(() => checkClaimSchema(each as ClaimSchema)).toThrow(
        expect.objectContaining({ code: 'claim-schema-invalid' }),
      );
  });

  it('fills the slots that it leaves over', () => {
    const slots = encodeSlots(schema, (path) => (path.endsWith('age') ? 30 : undefined));
    expect(slots).toHaveLength(16);
    expect(slots.filter((value) => value === ABSENT)).toHaveLength(15);
    expect(slotOf(schema, '/credentialSubject/age')).toBe(1);
    expect(() => slotOf(schema, '/credentialSubject/agee')).toThrow(
      expect.objectContaining({ code: 'query-slot-unknown' }),
    );
  });
});

describe('the digest of a kind', () => {
  it('changes with every part', () => {
    const others: CredentialKind[] = [
      { ...kind, contexts: [{ ...kind.contexts[0]!, digest: 'b'.repeat(64) }] },
      { ...kind, types: ['X', 'VerifiableCredential'] },
      { ...kind, issuer: 'did:web:issuer.examples' },
      { ...kind, schema: { ...schema, id: `${schema.id}0` } },
      { ...kind, schema: { ...schema, slots: schema.slots.toReversed() } },
      {
        ...kind,
        schema: { ...schema, slots: [{ ...schema.slots[0]!, encoding: 'integer' }, schema.slots[1]!] },
      },
      { ...kind, status: { ...kind.status!, purpose: 'suspension' } },
      { ...kind, status: { ...kind.status!, list: 'https://issuer.example/status/2' } },
      { ...kind, status: null },
    ];
    expect(new Set([kind, ...others].map(kindDigest)).size).toBe(others.length + 1);
  });
});

describe('a query', () => {
  const range = (low: bigint, high: bigint, slot = 0): SlotPredicate => ({ kind: 'range', slot, low, high });
  const invalid = expect.objectContaining({ code: 'query-invalid' });

  it('is refused out of its bounds', () => {
    const bad: SlotPredicate[][] = [
      [range(-1n, 0n)],
      [range(0n, MAX_ORDERED + 1n)],
      [range(2n, 1n)],
      [range(0n, 1n, 16)],
      [range(0n, 1n, -1)],
      [range(0n, 1n, 0.5)],
      [{ kind: 'in', slot: 0, values: [] }],
      [{ kind: 'in', slot: 0, values: Array<bigint>(17).fill(1n) }],
      [{ kind: 'notIn', slot: 0, values: [FIELD_ORDER] }],
      [{ kind: 'notIn', slot: 0, values: [-1n] }],
      Array<SlotPredicate>(5).fill(range(0n, 1n)),
    ];
    for (const predicates of bad) expect(() => layOutQuery({ predicates })).toThrow(invalid);
    expect(() => layOutQuery({ predicates: [], setSlot: 16 })).toThrow(invalid);
    layOutQuery({ predicates: Array<SlotPredicate>(4).fill(range(0n, MAX_ORDERED, 15)), setSlot: 15 });
  });

  it('has another digest for every other question', () => {
    const questions = [
      { predicates: [] },
      { predicates: [], setSlot: 0 },
      { predicates: [], setSlot: 1 },
      { predicates: [range(0n, 0n)] },
      { predicates: [range(0n, 1n)] },
      { predicates: [range(0n, 0n, 1)] },
      { predicates: [range(0n, 0n), range(0n, 1n)] },
      { predicates: [range(0n, 1n), range(0n, 0n)] },
      { predicates: [{ kind: 'in', slot: 0, values: [0n] }] },
      { predicates: [{ kind: 'notIn', slot: 0, values: [0n] }] },
      { predicates: [{ kind: 'in', slot: 0, values: [0n, 1n] }] },
    ] as const;
    expect(new Set(questions.map((q) => queryDigest(layOutQuery(q)))).size).toBe(questions.length);
  });
});

describe('trees', () => {
  it('lead every leaf to the root', () => {
    for (const arity of [4, 8] as const) {
      const leaves = Array.from({ length: 21 }, (_, i) => BigInt(i + 1));
      const tree = new HashTree(leaves, arity, 3);
      for (const index of [0, 7, 20]) {
        const path = tree.path(index);
        expect(path).toHaveLength(3);
        expect(path[0]).toContain(leaves[index]);
        for (let level = 1; level < 3; level++) {
          const parent = new HashTree(path[level - 1]!, arity, 1).root;
          expect(path[level]).toContain(parent);
        }
        expect(new HashTree(path[2]!, arity, 1).root).toBe(tree.root);
      }
    }
  });

  it('of a set depend on the set alone, and know its members', () => {
    const set = new LargeSet([3n, 1n, 2n]);
    expect(new LargeSet([1n, 2n, 3n]).root).toBe(set.root);
    expect(new LargeSet([1n, 2n, 3n, 4n]).root).not.toBe(set.root);
    expect(set.path(2n)).toBeDefined();
    expect(set.path(4n)).toBeUndefined();
    for (const members of [[], [1n, 1n], [FIELD_ORDER], [-1n]])
      expect(() => new LargeSet(members)).toThrow(expect.objectContaining({ code: 'set-invalid' }));
  });

  it('of a status list say which entries are set, and refuse lists of another length', () => {
    const bytes = new Uint8Array(STATUS_ENTRIES / 8);
    bytes[0] = 0x80;
    bytes[1] = 0x01;
    const list = new StatusList(bytes);
    expect([0, 1, 14, 15, 16].map((i) => list.isSet(i))).toEqual([true, false, false, true, false]);
    expect(list.path(15).chunk).toBe(0x8001n << 112n);
    expect(list.root).not.toBe(StatusList.empty().root);
    for (const length of [0, STATUS_ENTRIES / 8 - 1, STATUS_ENTRIES / 4])
      expect(() => new StatusList(new Uint8Array(length))).toThrow(
        expect.objectContaining({ code: 'status-list-invalid' }),
      );
  });
});

describe('binding and scope', () => {
  const binding = { nonce: 'n', audience: 'origin:https://a.example', presentationKey: 'did:key:z6Mk' };

  it('change with every part', () => {
    const others = [
      binding,
      { ...binding, nonce: 'm' },
      { ...binding, audience: 'origin:https://b.example' },
      { ...binding, presentationKey: 'did:key:z6Ml' },
      { ...binding, responseUri: 'https://a.example/r' },
    ];
    expect(new Set(others.map(bindingSignal)).size).toBe(others.length);
  });

  it('keep a named scope across presentations, and none without a name', () => {
    expect(scopeSignal('a', 's', 1n)).toBe(scopeSignal('a', 's', 2n));
    expect(scopeSignal('a', undefined, 1n)).not.toBe(scopeSignal('a', undefined, 2n));
    expect(scopeSignal('a', 's', 1n)).not.toBe(scopeSignal('b', 's', 1n));
    expect(scopeSignal('a', 'bc', 1n)).not.toBe(scopeSignal('ab', 'c', 1n));
  });
});

describe('hashing to the field', () => {
  it('keeps tags apart, and stays below the order', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(hashToField('a', bytes)).toBeLessThan(FIELD_ORDER);
        expect(hashToField('a', bytes)).not.toBe(hashToField('b', bytes));
      }),
    );
  });
});
