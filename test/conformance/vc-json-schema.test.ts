// Assertions of the W3C's suite for JSON Schemas of credentials, by its names:
// https://github.com/w3c/vc-json-schema-test-suite (tests/jsonschema.js, tests/jsonschemacredential.js).
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueLdp, type Party, party } from '../../functions/presentations/testing/issuer.ts';
import { CREDENTIAL, type Endpoints, openEndpoints, V2 } from './w3c.ts';

const V2020 = 'https://json-schema.org/draft/2020-12/schema';
let w3c: Endpoints;
let issuer: Party;
beforeAll(async () => {
  w3c = await openEndpoints();
  issuer = await party();
});
afterAll(() => w3c.close());

const SCHEMA = {
  $schema: V2020,
  type: 'object',
  properties: { credentialSubject: { type: 'object', required: ['id', 'degree'] } },
  required: ['credentialSubject'],
};
const CONFORMING = { credentialSubject: { id: 'did:example:subject', degree: 'Bachelor' } };
const OTHER = { credentialSubject: { id: 'did:example:subject', rank: 'Bachelor' } };
const EXAMPLES = ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/examples/v2'];

let count = 0;
/** Publishes a schema that names itself by its address. */
const published = (schema: object = SCHEMA): string => {
  const path = `/schemas/${++count}`;
  const id = w3c.publish(path, '');
  w3c.publish(path, { $id: id, ...schema });
  return id;
};
const verify = async (credentialSchema: unknown, members: object = CONFORMING) => {
  const credential = await issueLdp(issuer, '', {
    ...CREDENTIAL,
    '@context': EXAMPLES,
    issuer: issuer.did,
    ...members,
    credentialSchema,
  });
  const { verified, schemas, problemDetails } = await w3c.verify(credential);
  return {
    verified,
    outcomes: schemas?.map(({ outcome }) => outcome),
    types: problemDetails.map(({ type }) => type.split(/[#:]/).at(-1)),
  };
};

describe('JsonSchema', () => {
  test.each([
    [V2020],
    ['https://json-schema.org/draft/2019-09/schema'],
    ['http://json-schema.org/draft-07/schema#'],
  ])('4.2 (Success, Failure) by %s', async ($schema) => {
    const id = published({ ...SCHEMA, $schema });
    expect(await verify({ id, type: 'JsonSchema' })).toEqual({
      verified: true,
      outcomes: ['success'],
      types: [],
    });
    expect(await verify({ id, type: 'JsonSchema' }, OTHER)).toEqual({
      verified: false,
      outcomes: ['failure'],
      types: ['MALFORMED_VALUE_ERROR'],
    });
  });

  test.each<[string, () => string]>([
    [
      '4.2 (Indeterminate) a version that is not supported',
      () => published({ ...SCHEMA, $schema: 'https://json-schema.org/draft/2030-01/schema' }),
    ],
    ['3.1.2, 4 The $schema property MUST be present', () => published({ ...SCHEMA, $schema: undefined })],
    ['3.1.1 The $id MUST be present', () => w3c.publish('/schemas/none', SCHEMA)],
    [
      'a schema that says that it is another',
      () => w3c.publish('/schemas/other', { ...SCHEMA, $id: 'https://schemas.example/1' }),
    ],
    ['a schema that is no JSON', () => w3c.publish('/schemas/junk', '{')],
    ['nothing at its address', () => published().replace('/schemas/', '/nothing/')],
    ['a host that is not read', () => 'https://schemas.example/degree'],
    ['a schema past the bound', () => published({ ...SCHEMA, description: 'x'.repeat(65_536) })],
  ])('%s: told, and refused', async (_, address) => {
    expect(await verify({ id: address(), type: 'JsonSchema' })).toEqual({
      verified: false,
      outcomes: ['indeterminate'],
      types: ['schema-unavailable'],
    });
  });

  test('2.1 The type property MUST be JsonSchema: another type is told, and not passed over', async () => {
    expect(await verify({ id: published(), type: 'XmlSchema' })).toMatchObject({
      verified: false,
      outcomes: ['indeterminate'],
    });
  });

  test('4.1 Validation of the integrity of the schema MUST be done before evaluation', async () => {
    const id = published();
    const body = await (await fetch(id)).text();
    const digestSRI = `sha384-${createHash('sha384').update(body).digest('base64')}`;
    expect((await verify({ id, type: 'JsonSchema', digestSRI })).verified).toBe(true);
    w3c.publish(new URL(id).pathname, body.replace('Bachelor', 'Master'));
    const other = `sha384-${createHash('sha384').update(`${body} `).digest('base64')}`;
    expect(await verify({ id, type: 'JsonSchema', digestSRI: other })).toMatchObject({
      outcomes: ['failure'],
    });
    expect(await verify({ id, type: 'JsonSchema', digestSRI: 'md5-AAAA' })).toMatchObject({
      outcomes: ['failure'],
    });
  });

  test('every schema of several must hold, and there are at most four', async () => {
    const good = { id: published(), type: 'JsonSchema' };
    const bad = { id: published({ ...SCHEMA, required: ['nothing'] }), type: 'JsonSchema' };
    expect(await verify([good, { ...good, id: published() }])).toMatchObject({ verified: true });
    expect(await verify([good, bad])).toMatchObject({ verified: false, outcomes: ['success', 'failure'] });
    const many = (number: number) => Array.from({ length: number }, () => ({ ...good, id: published() }));
    expect((await verify(many(4))).verified).toBe(true);
    expect((await verify(many(5))).verified).toBe(false);
  });

  test('is taken as the operator pinned it, wherever it lies', async () => {
    const id = 'https://schemas.example/pinned';
    w3c.registry.set(issuer.did, {
      issuer: issuer.did,
      types: ['X'],
      documents: { [id]: { ...SCHEMA, $id: id } },
    });
    expect(await verify({ id, type: 'JsonSchema' })).toMatchObject({ verified: true });
    expect(await verify({ id, type: 'JsonSchema' }, OTHER)).toMatchObject({ verified: false });
    w3c.registry.delete(issuer.did);
    expect(await verify({ id, type: 'JsonSchema' })).toMatchObject({ verified: false });
  });
});

describe('JsonSchemaCredential', () => {
  const schema = { $id: 'https://schemas.example/degree', ...SCHEMA };
  const inCredential = async (members: object = {}, by = issuer) => {
    const path = `/schema-credentials/${++count}`;
    const id = w3c.publish(path, '');
    const made = await issueLdp(by, '', {
      '@context': [V2],
      id,
      type: ['VerifiableCredential', 'JsonSchemaCredential'],
      credentialSubject: { id: schema.$id, type: 'JsonSchema', jsonSchema: schema },
      ...members,
    });
    w3c.publish(path, made);
    return { id, type: 'JsonSchemaCredential', made };
  };
  const entry = ({ id, type }: { id: string; type: string }) => ({ id, type });

  test('4.2 (Success, Failure)', async () => {
    const one = entry(await inCredential());
    expect(await verify(one)).toEqual({ verified: true, outcomes: ['success'], types: [] });
    expect(await verify(one, OTHER)).toMatchObject({ verified: false, outcomes: ['failure'] });
  });

  test.each<[string, object]>([
    ['2.1 The type MUST be JsonSchemaCredential', { type: ['VerifiableCredential'] }],
    [
      '2.2 credentialSubject MUST contain type JsonSchema',
      { credentialSubject: { id: 'urn:a:1', type: 'BitstringStatusList' } },
    ],
    ['2.1 the id of another', { id: 'https://schemas.example/other' }],
    ['out of its period', { validFrom: '2020-01-01T00:00:00Z', validUntil: '2021-01-01T00:00:00Z' }],
  ])('%s', async (_, members) => {
    expect(await verify(entry(await inCredential(members)))).toMatchObject({
      verified: false,
      outcomes: ['failure'],
    });
  });

  test('that was changed after it was signed', async () => {
    const { made, ...one } = await inCredential();
    const changed = {
      ...made,
      credentialSubject: { id: schema.$id, type: 'JsonSchema', jsonSchema: { ...schema, required: [] } },
    };
    w3c.publish(new URL(one.id).pathname, changed);
    expect(await verify(one)).toMatchObject({ verified: false, outcomes: ['failure'] });
  });

  test('by another than the issuer counts only when that one is trusted for schemas', async () => {
    const author = await party();
    const one = entry(await inCredential({}, author));
    expect((await verify(one)).verified).toBe(false);
    w3c.registry.set(author.did, { issuer: author.did, types: ['JsonSchemaCredential'] });
    expect((await verify(one)).verified).toBe(true);
  });
});
