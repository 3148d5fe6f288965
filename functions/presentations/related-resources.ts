import { isObject, type JsonObject } from '../credentials/jose/index.ts';
import { type GetDocument, RemoteError } from '../credentials/remote/index.ts';
import { isUrl, malformed } from './credential-rules.ts';
import { digestsHold, type StatedDigest, statedDigests } from './resource-digest.ts';
import { type VcProblem, vcProblem } from './vc-problem.ts';

/** What is wrong, and what nothing is known of. */
export interface Referred {
  readonly problems: readonly VcProblem[];
  readonly unavailable: readonly VcProblem[];
}

/** SHA-256 of contexts' published bytes, hex (VCDM 2.0 §B.1), for credentials that repeat it. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'https://www.w3.org/ns/credentials/v2': '59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734',
};

/** Most resources of one credential: each may be a read. */
const MAX_RESOURCES = 8;

/**
 * Checks the digests of related resources (VCDM 2.0 §5.3): each named once, with a digest that what is published
 * there has. A resource that is neither known here nor on an allowed host cannot be compared, and is told as that.
 *
 * @param get reads documents on allowed hosts.
 */
export const checkRelatedResources = async (credential: JsonObject, get: GetDocument): Promise<Referred> => {
  const { relatedResource } = credential;
  const resources = Array.isArray(relatedResource)
    ? relatedResource
    : relatedResource === undefined
      ? []
      : [relatedResource];
  const ids = resources.map((resource) => (isObject(resource) ? resource.id : undefined));
  if (new Set(ids).size !== ids.length)
    return { problems: [malformed('relatedResource must name each resource once')], unavailable: [] };
  if (resources.length > MAX_RESOURCES)
    return {
      problems: [malformed(`relatedResource must hold at most ${MAX_RESOURCES} resources`)],
      unavailable: [],
    };
  const found: Referred[] = [];
  for (const resource of resources) found.push(await checkResource(resource, get));
  return {
    problems: found.flatMap(({ problems }) => problems),
    unavailable: found.flatMap(({ unavailable }) => unavailable),
  };
};

const wrong = (detail: string): Referred => ({ problems: [malformed(detail)], unavailable: [] });

const checkResource = async (resource: unknown, get: GetDocument): Promise<Referred> => {
  if (!isObject(resource) || !isUrl(resource.id)) return wrong('relatedResource must have a URL as its id');
  const digests = statedDigests(resource);
  if (digests === undefined || digests.length === 0)
    return wrong('relatedResource must have a digest by SHA-256, SHA-384 or SHA-512');
  const holds = await compare(resource.id, digests, get);
  if (holds === false) return wrong('the digest of a related resource is another');
  return {
    problems: [],
    unavailable: holds
      ? []
      : [vcProblem('RESOURCE_RETRIEVAL_ERROR', 'a related resource is not one that can be read here')],
  };
};

/** Undefined when the resource cannot be had. */
const compare = async (
  id: string,
  digests: readonly StatedDigest[],
  get: GetDocument,
): Promise<boolean | undefined> => {
  const published = PUBLISHED[id];
  const known = digests.filter(({ algorithm }) => published !== undefined && algorithm === 'sha256');
  if (known.some(({ bytes }) => bytes.toString('hex') !== published)) return false;
  if (known.length === digests.length) return true;
  try {
    return digestsHold(digests, (await get(id, '*/*')).body);
  } catch (error) {
    if (error instanceof RemoteError) return undefined;
    throw error;
  }
};
