import { DID_V1, MULTIKEY_V1 } from '../contexts/index.ts';
import { multikeyOf } from './did-key.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a DID's document says that this verifier uses. */
export interface ControllerDocument {
  readonly '@context': readonly string[];
  readonly id: string;
  readonly verificationMethod: readonly Json[];
  readonly assertionMethod: readonly string[];
  readonly authentication: readonly string[];
}

/** Most methods of one document that are read. */
const MAX_METHODS = 32;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/**
 * A DID document from elsewhere as Data Integrity needs it: its keys, as Multikeys where there is one for their kind,
 * and which of them may issue or present, under contexts that are known here.
 *
 * A document is read as JSON (DID Core §6.2), whatever contexts it names or leaves out: what its members mean is not
 * its own to say. Methods are absolute or relative, embedded or referred to. Those of kinds that are not used here
 * are left out; one that another controls, or whose id is another DID's, never counts for this one.
 *
 * @returns undefined when it is no document of that DID.
 * @example
 * ```ts
 * controllerDocument('did:web:issuer.example', document)?.assertionMethod; // ['did:web:issuer.example#1']
 * ```
 */
export const controllerDocument = (did: string, document: unknown): ControllerDocument | undefined => {
  if (!isObject(document) || document.id !== did) return undefined;
  const absolute = (id: unknown): unknown => (typeof id === 'string' && id.startsWith('#') ? did + id : id);
  const embedded = ['assertionMethod', 'authentication'].flatMap((purpose) =>
    listOf(document[purpose]).filter(isObject),
  );
  const methods = new Map<string, Json>();
  const twice = new Set<string>();
  for (const method of [...listOf(document.verificationMethod).filter(isObject), ...embedded].slice(
    0,
    MAX_METHODS,
  )) {
    const id = absolute(method.id);
    const key = keyOf(method);
    if (typeof id !== 'string' || !id.startsWith(`${did}#`) || method.controller !== did || key === undefined)
      continue;
    if (methods.has(id)) twice.add(id);
    methods.set(id, { '@context': MULTIKEY_V1, id, controller: did, ...key });
  }
  // Which of two keys an id means, nobody can say.
  for (const id of twice) methods.delete(id);
  const listed = (purpose: string) =>
    listOf(document[purpose])
      .map((entry) => absolute(isObject(entry) ? entry.id : entry))
      .filter((id): id is string => typeof id === 'string' && methods.has(id));
  return {
    '@context': [DID_V1, MULTIKEY_V1],
    id: did,
    verificationMethod: [...methods.values()],
    assertionMethod: listed('assertionMethod'),
    authentication: listed('authentication'),
  };
};

/** The key of a method, when it is of a form that a suite may read. A JWK of a curve that only one suite knows stays. */
const keyOf = ({ type, publicKeyMultibase, publicKeyJwk }: Json): Json | undefined => {
  if (publicKeyMultibase !== undefined && publicKeyJwk !== undefined) return undefined;
  if (type === 'Multikey')
    return typeof publicKeyMultibase === 'string' ? { type, publicKeyMultibase } : undefined;
  if ((type !== 'JsonWebKey' && type !== 'JsonWebKey2020') || !isObject(publicKeyJwk)) return undefined;
  if (['d', 'k'].some((secret) => secret in publicKeyJwk)) return undefined;
  try {
    return { type: 'Multikey', publicKeyMultibase: multikeyOf(publicKeyJwk) };
  } catch {
    return { type: 'JsonWebKey', publicKeyJwk };
  }
};
