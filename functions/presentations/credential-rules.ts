import { createHash, timingSafeEqual } from 'node:crypto';
import { isObject, type JsonObject } from '../credentials/jose/index.ts';
import { type GetDocument, RemoteError } from '../credentials/remote/index.ts';
import { type VcProblem, vcProblem } from './vc-problem.ts';

/** Members whose objects must each say their type (VCDM 2.0 §4.10, §4.11, §5.3, §5.4, §5.6). */
const TYPED = ['credentialStatus', 'credentialSchema', 'evidence', 'termsOfUse', 'refreshService'] as const;

/** Members that may be text in several languages (VCDM 2.0 §11.1). */
const WORDS = ['name', 'description'] as const;

/** SHA-256 of contexts' published bytes, hex (VCDM 2.0 §B.1), for credentials that repeat it. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'https://www.w3.org/ns/credentials/v2': '59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734',
};

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** A URL in the sense of the data model: absolute, with a scheme. */
const isUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) && URL.canParse(value);

const malformed = (detail: string): VcProblem => vcProblem('MALFORMED_VALUE_ERROR', detail);

/**
 * Rules of the data model that a proof says nothing of: identifiers are URLs, typed things have types, words in
 * languages are of the right shape, credentials of JSON Schemas hold one.
 *
 * @returns what is wrong; empty when nothing is.
 */
export const checkDataModel = (credential: JsonObject): VcProblem[] => {
  const problems: VcProblem[] = [];
  const second = listOf(credential['@context'])[0] === 'https://www.w3.org/ns/credentials/v2';
  if (credential.id !== undefined && !isUrl(credential.id)) problems.push(malformed('id must be one URL'));
  const issuer = isObject(credential.issuer) ? credential.issuer.id : credential.issuer;
  if (!isUrl(issuer)) problems.push(malformed('issuer must be a URL, or an object with one as its id'));
  for (const subject of listOf(credential.credentialSubject))
    if (isObject(subject) && subject.id !== undefined && !isUrl(subject.id))
      problems.push(malformed('the id of a subject must be a URL'));
  for (const name of TYPED) problems.push(...checkTyped(credential[name], name, second));
  const places = second ? [credential, ...listOf(credential.issuer)] : [];
  for (const place of places.filter(isObject))
    problems.push(...WORDS.flatMap((name) => checkWords(place[name], name)));
  return problems;
};

const checkTyped = (value: unknown, name: string, second: boolean): VcProblem[] =>
  listOf(value).flatMap((entry) => {
    if (!isObject(entry)) return [malformed(`${name} must be an object, or several`)];
    const types = listOf(entry.type);
    if (types.length === 0 || !types.every((type) => typeof type === 'string'))
      return [malformed(`${name} must say its type`)];
    if (name === 'credentialSchema' && !isUrl(entry.id))
      return [malformed('credentialSchema must have a URL as its id')];
    if (entry.id !== undefined && !isUrl(entry.id)) return [malformed(`the id of ${name} must be a URL`)];
    if (name === 'credentialStatus' && !second && entry.id === undefined)
      return [malformed('credentialStatus must have an id')];
    return [];
  });

const LANGUAGE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;
const LANGUAGE_MEMBERS = ['@value', '@language', '@direction'];

const checkWords = (value: unknown, name: string): VcProblem[] =>
  listOf(value).flatMap((entry) => {
    if (typeof entry === 'string') return [];
    const sound =
      isObject(entry) &&
      typeof entry['@value'] === 'string' &&
      Object.keys(entry).every((member) => LANGUAGE_MEMBERS.includes(member)) &&
      (entry['@language'] === undefined || LANGUAGE.test(String(entry['@language']))) &&
      [undefined, null, 'ltr', 'rtl'].includes(entry['@direction'] as never);
    return sound ? [] : [malformed(`${name} must be text, or text with a language`)];
  });

/**
 * Checks the digests of related resources (VCDM 2.0 §5.3.1): each named once, with a digest that what is published
 * there has. A resource that is neither pinned nor on an allowed host is not read, and its digest then does not hold.
 *
 * @param get reads documents on allowed hosts.
 */
export const checkRelatedResources = async (
  credential: JsonObject,
  get: GetDocument,
): Promise<VcProblem[]> => {
  const resources = listOf(credential.relatedResource);
  const ids = resources.map((resource) => (isObject(resource) ? resource.id : undefined));
  if (new Set(ids).size !== ids.length) return [malformed('relatedResource must name each resource once')];
  const problems: VcProblem[] = [];
  for (const resource of resources.slice(0, 8)) problems.push(...(await checkResource(resource, get)));
  if (resources.length > 8) problems.push(malformed('relatedResource must hold at most 8 resources'));
  return problems;
};

const checkResource = async (resource: unknown, get: GetDocument): Promise<VcProblem[]> => {
  if (!isObject(resource) || !isUrl(resource.id))
    return [malformed('relatedResource must have a URL as its id')];
  const { digestSRI, digestMultibase } = resource;
  const sri = /^sha(256|384)-([A-Za-z0-9+/_-]+=*)$/.exec(String(digestSRI ?? ''));
  const multibase = /^uEi([A-Za-z0-9_-]+)$/.exec(String(digestMultibase ?? ''));
  if (sri === null && multibase === null)
    return [malformed('relatedResource must have a digest by SHA-256 or SHA-384')];
  let known: (bits: string) => Buffer | undefined;
  const published = PUBLISHED[String(resource.id)];
  if (published !== undefined) known = (bits) => (bits === '256' ? Buffer.from(published, 'hex') : undefined);
  else {
    try {
      const { body } = await get(resource.id, '*/*');
      known = (bits) => createHash(`sha${bits}`).update(body).digest();
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return [vcProblem('MALFORMED_VALUE_ERROR', 'a related resource is not one that can be read here')];
    }
  }
  const holds = (bits: string, claimed: Buffer): boolean => {
    const actual = known(bits);
    return actual !== undefined && actual.length === claimed.length && timingSafeEqual(actual, claimed);
  };
  const right =
    (sri === null || holds(sri[1]!, Buffer.from(sri[2]!, 'base64'))) &&
    // Multihash of SHA-256: 0x12, length 0x20, then the digest.
    (multibase === null ||
      holds('256', Buffer.from(String(digestMultibase).slice(1), 'base64url').subarray(2)));
  return right ? [] : [malformed('the digest of a related resource is another')];
};
