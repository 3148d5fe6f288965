import { DcqlPresentationResult, DcqlQuery } from 'dcql';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzRuns } from '../credentials/testing/fuzz.ts';
import { checkAnswer, type Presented } from './check-answer.ts';
import { selectClaims } from './claims-path.ts';
import { parseQuery, type Query } from './dcql-query.ts';

const VCT = 'https://credentials.example/identity';
const sdJwt = (more: object = {}) => ({ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: [VCT] }, ...more });
const query = (...credentials: object[]) => ({ credentials });
const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const presented = (claims: object, more: Partial<Presented> = {}): Presented => ({
  format: 'dc+sd-jwt',
  issuer: 'did:example:issuer',
  types: [VCT],
  holder: 'holder',
  claims: claims as never,
  ...more,
});
const check = (asked: object, answer: Record<string, readonly Presented[]>) =>
  code(() => checkAnswer(parseQuery(asked), new Map(Object.entries(answer))));

describe('a claims path (OpenID4VP 1.0 §7)', () => {
  const claims = {
    name: 'Arthur Dent',
    address: { street_address: '42 Market Street', locality: 'Milliways' },
    degrees: [
      { type: 'Bachelor of Science', university: 'University of Betelgeuse' },
      { type: 'Master of Science', university: 'University of Betelgeuse' },
    ],
    nationalities: ['British', 'Betelgeusian'],
  };
  test.each([
    [['name'], ['Arthur Dent']],
    [['address'], [claims.address]],
    [['address', 'street_address'], ['42 Market Street']],
    [
      ['degrees', null, 'type'],
      ['Bachelor of Science', 'Master of Science'],
    ],
    [['nationalities', 1], ['Betelgeusian']],
    [['nationalities', 2], []],
    [['nationalities', null], claims.nationalities],
    [['name', 'x'], []],
    [['name', 0], []],
    [['address', null], []],
    [['degrees', 'type'], []],
    [['absent'], []],
    [['constructor'], []],
    [['__proto__'], []],
  ])('%j selects %j', (path, expected) => {
    expect(selectClaims(claims, path)).toEqual(expected);
  });

  test('counts positions in the credential, not among what was disclosed', () => {
    expect(selectClaims({ nationalities: [undefined, 'Betelgeusian'] }, ['nationalities', 1])).toEqual([
      'Betelgeusian',
    ]);
    expect(selectClaims({ nationalities: [undefined, 'Betelgeusian'] }, ['nationalities', 0])).toEqual([]);
  });
});

describe('a query that is sent out', () => {
  test('may hold all of DCQL, and keeps members of meta that are not known', () => {
    const raw = {
      credentials: [
        sdJwt({
          meta: { vct_values: [VCT], own: 'word' },
          claims: [
            { id: 'x', path: ['a'] },
            { id: 'y', path: ['b', null, 0], values: ['1', 1, true] },
          ],
          claim_sets: [['x', 'y'], ['x']],
          multiple: true,
          require_cryptographic_holder_binding: true,
        }),
        { id: 'b', format: 'jwt_vc_json', meta: { type_values: [['A', 'B'], ['C']] } },
        {
          id: 'c',
          format: 'ldp_vc',
          meta: { type_values: [['A']], predicates: [{ path: '/age', atLeast: 18 }] },
        },
      ],
      credential_sets: [{ options: [['a'], ['b']] }, { options: [['b']], required: false }],
    };
    expect(parseQuery(raw)).toBe(raw);
    // The package that parses it does not keep them.
    expect(JSON.stringify(DcqlQuery.parse(raw as never))).not.toMatch(/predicates|own/);
  });

  test.each([
    ['nothing', undefined],
    ['an array', []],
    ['no credentials', { credentials: [] }],
    ['no meta', query({ id: 'a', format: 'dc+sd-jwt' })],
    ['no types', query(sdJwt({ meta: { vct_values: [] } }))],
    ['types of another format', query(sdJwt({ meta: { type_values: [['A']] } }))],
    ['an empty alternative of types', query({ id: 'a', format: 'jwt_vc_json', meta: { type_values: [[]] } })],
    ['two of one id', query(sdJwt(), sdJwt())],
    ['an id with other characters', query(sdJwt({ id: 'a b' }))],
    ['no claims in claims', query(sdJwt({ claims: [] }))],
    ['an empty path', query(sdJwt({ claims: [{ path: [] }] }))],
    ['a negative position', query(sdJwt({ claims: [{ path: [-1] }] }))],
    [
      'claims of one id',
      query(
        sdJwt({
          claims: [
            { id: 'x', path: ['a'] },
            { id: 'x', path: ['b'] },
          ],
        }),
      ),
    ],
    ['claim sets without claims', query(sdJwt({ claim_sets: [['x']] }))],
    [
      'claim sets of unknown claims',
      query(sdJwt({ claims: [{ id: 'x', path: ['a'] }], claim_sets: [['y']] })),
    ],
    [
      'claim sets beside claims without ids',
      query(sdJwt({ claims: [{ id: 'x', path: ['a'] }, { path: ['b'] }], claim_sets: [['x']] })),
    ],
    ['predicates in another format', query(sdJwt({ meta: { vct_values: [VCT], predicates: [] } }))],
    ['no values', query(sdJwt({ claims: [{ path: ['a'], values: [] }] }))],
    ['sets of unknown credentials', { ...query(sdJwt()), credential_sets: [{ options: [['z']] }] }],
    ['an option without credentials', { ...query(sdJwt()), credential_sets: [{ options: [[]] }] }],
    ['no sets in sets', { ...query(sdJwt()), credential_sets: [] }],
    [
      'authorities that cannot be checked',
      query(sdJwt({ trusted_authorities: [{ type: 'etsi_tl', values: ['https://x.example'] }] })),
    ],
    ['too many credentials', query(...Array.from({ length: 17 }, (_, index) => sdJwt({ id: `a${index}` })))],
    [
      'too many claims',
      query(sdJwt({ claims: Array.from({ length: 65 }, (_, index) => ({ path: [`c${index}`] })) })),
    ],
    ['too many bytes', query(sdJwt({ meta: { vct_values: ['x'.repeat(17_000)] } }))],
    [
      'too much nesting',
      query(sdJwt({ meta: { vct_values: [VCT], x: JSON.parse(`${'['.repeat(20)}${']'.repeat(20)}`) } })),
    ],
  ])('is refused with %s', (_, raw) => {
    expect(code(() => parseQuery(raw))).toMatch(/^(request-invalid|format-unsupported)$/);
  });

  test.each(['mdoc', 'vc+sd-jwt', 'jwt_vc', undefined])(
    'is refused for format %s, by that name',
    (format) => {
      expect(code(() => parseQuery(query({ ...sdJwt(), format })))).toBe('format-unsupported');
    },
  );

  test('whatever it is, it is taken or refused with a code', () => {
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        const wrapped = [
          raw,
          { credentials: raw },
          query(raw as object),
          query(sdJwt({ claims: raw })),
          query(sdJwt({ meta: raw })),
        ];
        for (const one of wrapped) {
          let text: string | undefined;
          try {
            text = JSON.stringify(one);
          } catch {
            continue;
          }
          if (text === undefined) continue;
          expect(code(() => parseQuery(JSON.parse(text))) ?? 'request-ok').toMatch(
            /^(request-|format-unsupported)/,
          );
        }
      }),
      fuzzRuns(100),
    );
  });
});

describe('an answer is checked against the query again', () => {
  const claims = [
    { id: 'x', path: ['given_name'] },
    { id: 'y', path: ['age'], values: [36] },
  ];

  test('types and format must be those asked for', () => {
    expect(check(query(sdJwt()), { a: [presented({})] })).toBeUndefined();
    expect(check(query(sdJwt()), { a: [presented({}, { types: ['other'] })] })).toBe('presentation-refused');
    expect(check(query(sdJwt()), { a: [presented({}, { format: 'jwt_vc_json' })] })).toBe(
      'presentation-refused',
    );
    const w3c = { id: 'a', format: 'jwt_vc_json', meta: { type_values: [['A', 'B'], ['C']] } };
    const shown = (...types: string[]) =>
      check(query(w3c), { a: [presented({}, { format: 'jwt_vc_json', types })] });
    expect([shown('A', 'B'), shown('C', 'D'), shown('A'), shown('B'), shown()]).toEqual([
      undefined,
      undefined,
      'presentation-refused',
      'presentation-refused',
      'presentation-refused',
    ]);
  });

  test('claims must be there, with their values by type', () => {
    const shown = (claimed: object) => check(query(sdJwt({ claims })), { a: [presented(claimed)] });
    expect(shown({ given_name: 'Ada', age: 36 })).toBeUndefined();
    expect(shown({ given_name: 'Ada', age: '36' })).toBe('presentation-refused');
    expect(shown({ given_name: 'Ada', age: 37 })).toBe('presentation-refused');
    expect(shown({ given_name: 'Ada' })).toBe('presentation-refused');
    expect(shown({ given_name: null, age: 36 })).toBe('presentation-refused');
  });

  test('of claim sets one must be there whole', () => {
    const asked = query(sdJwt({ claims, claim_sets: [['x', 'y'], ['x']] }));
    expect(check(asked, { a: [presented({ given_name: 'Ada' })] })).toBeUndefined();
    expect(check(asked, { a: [presented({ age: 36 })] })).toBe('presentation-refused');
  });

  test('authorities must be those asked for', () => {
    const asked = query(
      sdJwt({ trusted_authorities: [{ type: 'aki', values: ['s9tIpPmhxdiuNkHMEWNpYim8S8Y'] }] }),
    );
    const by = (...authorityKeyIds: string[]) => check(asked, { a: [presented({}, { authorityKeyIds })] });
    expect(by('other', 's9tIpPmhxdiuNkHMEWNpYim8S8Y')).toBeUndefined();
    expect([by('other'), by(), check(asked, { a: [presented({})] })]).toEqual(
      Array(3).fill('presentation-refused'),
    );
  });

  test('holder binding must be there unless it was waived', () => {
    const { holder: _, ...bare } = presented({});
    expect(check(query(sdJwt()), { a: [bare] })).toBe('presentation-refused');
    expect(
      check(query(sdJwt({ require_cryptographic_holder_binding: false })), { a: [bare] }),
    ).toBeUndefined();
  });

  test('several presentations need to have been asked for', () => {
    const two = { a: [presented({}), presented({})] };
    expect(check(query(sdJwt({ multiple: true })), two)).toBeUndefined();
    expect(check(query(sdJwt()), two)).toBe('presentation-refused');
    // Each of them must match.
    const mixed = { a: [presented({}), presented({}, { types: ['other'] })] };
    expect(check(query(sdJwt({ multiple: true })), mixed)).toBe('presentation-refused');
  });

  test('all credentials, or a whole option of every required set, must be there', () => {
    const asked = query(sdJwt(), sdJwt({ id: 'b' }), sdJwt({ id: 'c' }));
    const one = [presented({})];
    expect(check(asked, { a: one, b: one, c: one })).toBeUndefined();
    expect(check(asked, { a: one, b: one })).toBe('presentation-refused');
    const sets = {
      ...asked,
      credential_sets: [{ options: [['a', 'b'], ['c']] }, { options: [['b']], required: false }],
    };
    expect(check(sets, { a: one, b: one })).toBeUndefined();
    expect(check(sets, { c: one })).toBeUndefined();
    expect(check(sets, { a: one })).toBe('presentation-refused');
    expect(check(sets, { b: one })).toBe('presentation-refused');
    expect(check({ ...asked, credential_sets: [{ options: [['a']], required: false }] }, {})).toBe(
      'presentation-refused',
    );
    expect(check(asked, { a: one, b: one, c: one, d: one })).toBe('presentation-refused');
  });

  test('what we accept, the dcql package accepts; it takes more: any position of an array for the one asked for', () => {
    const value = fc.constantFrom('a', 'b', 1, true, null);
    const shown = fc.record(
      {
        name: value,
        list: fc.array(value, { maxLength: 3 }),
        inner: fc.record({ name: value }, { requiredKeys: [], noNullPrototype: true }),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    const path = fc.constantFrom(
      ['name'],
      ['list', 0],
      ['list', 1],
      ['list', null],
      ['inner', 'name'],
      ['inner'],
    );
    const claim = fc.record(
      { path, values: fc.uniqueArray(fc.constantFrom('a', 1, true), { minLength: 1 }) },
      { requiredKeys: ['path'] },
    );
    let accepted = 0;
    fc.assert(
      fc.property(
        shown,
        fc.uniqueArray(claim, { minLength: 1, maxLength: 3, selector: ({ path: p }) => p.join() }),
        (body, asked) => {
          // A value of an object is none that a query can name.
          const usable = asked.filter(({ path: p, values }) => !(values && p.join() === 'inner'));
          if (usable.length === 0) return;
          const raw = parseQuery(query(sdJwt({ claims: usable })));
          if (code(() => checkAnswer(raw, new Map([['a', [presented(body)]]])))) return;
          accepted++;
          const result = DcqlPresentationResult.fromDcqlPresentation(
            {
              a: [
                {
                  credential_format: 'dc+sd-jwt',
                  vct: VCT,
                  claims: body as never,
                  cryptographic_holder_binding: true,
                },
              ],
            },
            { dcqlQuery: DcqlQuery.parse(raw as never) },
          );
          expect(result.can_be_satisfied).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(50);
    const second: Query = parseQuery(query(sdJwt({ claims: [{ path: ['list', 1], values: ['a'] }] })));
    expect(code(() => checkAnswer(second, new Map([['a', [presented({ list: ['a'] })]]])))).toBe(
      'presentation-refused',
    );
  });
});
