import { readDate } from '../credentials/index.ts';
import { isObject, type JsonObject } from '../credentials/jose/index.ts';
import { type VcProblem, vcProblem } from './vc-problem.ts';

/** Members whose objects must each say their type (VCDM 2.0 §4.10, §4.11, §5.4 to §5.6, §5.10). */
const TYPED = [
  'credentialStatus',
  'credentialSchema',
  'evidence',
  'termsOfUse',
  'refreshService',
  'renderMethod',
  'confidenceMethod',
] as const;

/** Members that may be text in several languages (VCDM 2.0 §11.1). */
const WORDS = ['name', 'description'] as const;

/** Members that are checked by themselves, or whose members are not those of the data model. */
const APART = ['verifiableCredential', 'proof', 'jsonSchema'];

const V2 = 'https://www.w3.org/ns/credentials/v2';

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** A URL in the sense of the data model: absolute, with a scheme. */
export const isUrl = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) && URL.canParse(value);

export const malformed = (detail: string): VcProblem => vcProblem('MALFORMED_VALUE_ERROR', detail);

/**
 * Rules of the data model that a proof says nothing of: identifiers are URLs, typed things have types, words in
 * languages are of the right shape, periods do not end before they begin.
 *
 * @returns what is wrong; empty when nothing is.
 */
export const checkDataModel = (credential: JsonObject): VcProblem[] => {
  const problems = checkParts(credential);
  const second = listOf(credential['@context'])[0] === V2;
  const issuer = isObject(credential.issuer) ? credential.issuer.id : credential.issuer;
  if (!isUrl(issuer)) problems.push(malformed('issuer must be a URL, or an object with one as its id'));
  for (const name of TYPED) problems.push(...checkTyped(credential[name], name, second));
  const places = second ? [credential, ...listOf(credential.issuer)] : [];
  for (const place of places.filter(isObject))
    problems.push(...WORDS.flatMap((name) => checkWords(place[name], name)));
  problems.push(...checkPeriod(credential, 'validFrom', 'validUntil'));
  if (!second) problems.push(...checkPeriod(credential, 'issuanceDate', 'expirationDate'));
  return problems;
};

/**
 * The same for presentations (VCDM 2.0 §4.13): who shows it, on what terms, and that a credential which nothing but
 * the presentation secures is the holder's own word.
 */
export const checkPresentationModel = (presentation: JsonObject): VcProblem[] => {
  const problems = checkParts(presentation);
  const { holder, termsOfUse, verifiableCredential } = presentation;
  const holderId = isObject(holder) ? holder.id : holder;
  if (holder !== undefined && !isUrl(holderId))
    problems.push(malformed('holder must be a URL, or an object with one as its id'));
  problems.push(...checkTyped(termsOfUse, 'termsOfUse', true));
  for (const credential of listOf(verifiableCredential)) {
    if (!isObject(credential) || credential.proof !== undefined || isEnvelope(credential)) continue;
    const issuer = isObject(credential.issuer) ? credential.issuer.id : credential.issuer;
    if (holderId === undefined || issuer !== holderId)
      problems.push(malformed('a credential without a proof must be by the holder of the presentation'));
  }
  return problems;
};

/** Whether an object stands for a credential or a presentation in an envelope (VCDM 2.0 §4.13.1, §4.13.2). */
export const isEnvelope = ({ type }: JsonObject): boolean =>
  listOf(type).some(
    (name) => typeof name === 'string' && /^EnvelopedVerifiable(Credential|Presentation)$/.test(name),
  );

/** What holds at every depth: one URL as an id, and texts with languages in their form. */
const checkParts = (document: JsonObject): VcProblem[] => {
  const problems = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const element of value) walk(element);
    if (!isObject(value)) return;
    if (value.id !== undefined && !isUrl(value.id)) problems.add('an id must be one URL');
    if (Object.keys(value).some((name) => LANGUAGE_MEMBERS.includes(name)) && !isWords(value))
      problems.add('a text with a language must be text, and have nothing else');
    for (const [name, member] of Object.entries(value))
      if (name !== '@context' && !APART.includes(name)) walk(member);
  };
  walk(document);
  return [...problems].map(malformed);
};

const checkTyped = (value: unknown, name: string, second: boolean): VcProblem[] =>
  listOf(value).flatMap((entry) => {
    if (!isObject(entry)) return [malformed(`${name} must be an object, or several`)];
    const types = listOf(entry.type);
    if (types.length === 0 || !types.every((type) => typeof type === 'string' && type !== ''))
      return [malformed(`${name} must say its type`)];
    if (name === 'credentialSchema' && !isUrl(entry.id))
      return [malformed('credentialSchema must have a URL as its id')];
    if (name === 'credentialStatus' && !second && entry.id === undefined)
      return [malformed('credentialStatus must have an id')];
    return [];
  });

/** Dates and times with a zone; a period that ends before it begins is none (VCDM 2.0 §4.9). */
const checkPeriod = (credential: JsonObject, first: string, last: string): VcProblem[] => {
  const problems = [first, last]
    .filter((name) => credential[name] !== undefined && readDate(credential[name]) === undefined)
    .map((name) => malformed(`${name} must be a date and time with its zone`));
  const [from, until] = [readDate(credential[first]), readDate(credential[last])];
  if (from !== undefined && until !== undefined && from > until)
    problems.push(malformed(`${last} must not be before ${first}`));
  return problems;
};

const LANGUAGE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;
const LANGUAGE_MEMBERS = ['@value', '@language', '@direction'];

const isLanguage = (value: unknown): boolean => typeof value === 'string' && LANGUAGE.test(value);

const isWords = (entry: JsonObject): boolean =>
  typeof entry['@value'] === 'string' &&
  Object.keys(entry).every((member) => LANGUAGE_MEMBERS.includes(member)) &&
  (entry['@language'] === undefined || isLanguage(entry['@language'])) &&
  [undefined, null, 'ltr', 'rtl'].includes(entry['@direction'] as never);

const checkWords = (value: unknown, name: string): VcProblem[] =>
  listOf(value).every((entry) => typeof entry === 'string' || (isObject(entry) && isWords(entry)))
    ? []
    : [malformed(`${name} must be text, or text with a language`)];
