import { DECISION_OPERATIONS } from './decisions.ts';
import { ENROLMENT_OPERATIONS } from './enrolment.ts';
import {
  type Content,
  type Operation,
  type Operations,
  QUERY_PARAMETERS,
  type Scope,
  TAGS,
} from './operation.ts';
import { POLICY_OPERATIONS } from './policies.ts';
import { PRESENTATION_OPERATIONS } from './presentations.ts';
import { REVIEW_OPERATIONS } from './reviews.ts';
import { jsonSchemas, schemaRef } from './schemas.ts';
import { SESSION_OPERATIONS } from './sessions.ts';
import { VC_API_OPERATIONS } from './vc-api.ts';

const DOCUMENTS: Operations = {
  'GET /openapi.json': {
    id: 'openApi',
    tag: 'Documents',
    summary: 'This document',
    scopes: [],
    answers: { 200: { description: 'OpenAPI 3.1', schema: 'OpenApi' } },
  },
};

/** Every route of the API, described. A test holds it to the routes that are deployed, and to their scopes. */
export const OPERATIONS: Operations = {
  ...DECISION_OPERATIONS,
  ...PRESENTATION_OPERATIONS,
  ...ENROLMENT_OPERATIONS,
  ...VC_API_OPERATIONS,
  ...REVIEW_OPERATIONS,
  ...POLICY_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...DOCUMENTS,
};

type Json = Record<string, unknown>;

/** Errors that every route may give, and who tells them. */
const ERRORS = {
  problem: { type: 'application/problem+json', schema: 'Problem' },
  oauth: { type: 'application/json', schema: 'OAuthError' },
  set: { type: 'application/json', schema: 'SetError' },
  page: { type: 'text/html', schema: undefined },
} as const;

const mediaOf = ({ type = 'application/json', schema, example }: Content): Json => ({
  [type]: {
    schema: schema === undefined ? { type: 'string' } : { $ref: schemaRef(schema) },
    ...(example === undefined ? {} : { example }),
  },
});

const answerOf = (content: Content): Json => ({
  description: content.description,
  ...(content.type === 'none' ? {} : { content: mediaOf(content) }),
});

const problemOf = (status: number, codes: readonly string[], operation: Operation): Json => {
  const { type, schema } = ERRORS[operation.errors ?? 'problem'];
  const own = mediaOf({
    type,
    description: '',
    ...(schema === undefined ? {} : { schema }),
    ...(schema === 'Problem' && codes[0] !== undefined
      ? { example: { type: `urn:countersign:problem:${codes[0]}`, title: '…', status } }
      : {}),
  });
  const told = codes.map((code) => `\`${code}\``).join(', ');
  const result = operation.answers[status];
  return {
    description: [result?.description, told || 'Something went wrong on our side']
      .filter(Boolean)
      .join('; or '),
    content: {
      ...own,
      ...(result === undefined ? {} : mediaOf(result)),
      ...(status === 403 && operation.scopes.length > 0 ? gateway : {}),
    },
  };
};

const gateway = mediaOf({ description: '', schema: 'GatewayError' });
const GATEWAY_ANSWERS = {
  401: { description: 'No token, or one that is not valid', content: gateway },
  403: { description: 'A token without the scope', content: gateway },
} as const;
const THROTTLED = { description: 'Too many requests; try again later', content: gateway };

const responsesOf = (operation: Operation): Json => {
  const own = Object.entries(operation.problems ?? {}).map(([status, codes]) => [
    status,
    problemOf(Number(status), codes, operation),
  ]);
  return {
    ...Object.fromEntries(
      Object.entries(operation.answers).map(([status, content]) => [status, answerOf(content)]),
    ),
    ...(operation.scopes.length > 0 ? GATEWAY_ANSWERS : {}),
    429: THROTTLED,
    ...Object.fromEntries(own),
    '5XX': problemOf(500, [], operation),
  };
};

const parametersOf = ({ path = {}, query = [] }: Operation): Json[] => [
  ...Object.entries(path).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string' },
  })),
  ...query.map((name) => ({ $ref: `#/components/parameters/${name}` })),
];

/** An HTTP API lets in whoever has one of the scopes. */
const securityOf = (scopes: readonly Scope[]): Json[] =>
  scopes.map((scope) => ({ token: [`countersign/${scope}`] }));

const operationOf = (operation: Operation): Json => ({
  operationId: operation.id,
  tags: [operation.tag],
  summary: operation.summary,
  ...(operation.description === undefined ? {} : { description: operation.description }),
  security: securityOf(operation.scopes),
  parameters: parametersOf(operation),
  ...(operation.body === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          description: operation.body.description,
          content: mediaOf(operation.body),
        },
      }),
  responses: responsesOf(operation),
});

/**
 * Method and path of a route as OpenAPI writes them: it knows no parameter that takes several segments.
 *
 * @example
 * ```ts
 * placeOf('GET /v1/trusted-issuers/{did+}'); // { method: 'get', path: '/v1/trusted-issuers/{did}' }
 * ```
 */
export const placeOf = (route: string): { readonly method: string; readonly path: string } => {
  const [method = '', path = ''] = route.split(' ');
  return { method: method.toLowerCase(), path: path.replaceAll('+}', '}') };
};

const pathsOf = (operations: Operations): Record<string, Json> => {
  const paths: Record<string, Json> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const { method, path } = placeOf(route);
    paths[path] = { ...paths[path], [method]: operationOf(operation) };
  }
  return paths;
};

/**
 * The API as an OpenAPI 3.1 document. Its bodies are the schemas that the functions read with; what they answer is
 * held to their types.
 *
 * @param version of the software.
 * @example
 * ```ts
 * openApi('0.1.0').paths['/v1/evaluate'];
 * ```
 */
export const openApi = (version: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'Countersign',
    version,
    summary: 'Scores identity events, explains the score, and asks for proof only when it is needed',
    description:
      'Errors of the functions are `application/problem+json` with a stable `type`; wallets get OAuth errors. What ' +
      'the gateway itself refuses (401, 403, 429) is told in its own words.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'Where this document was found' }],
  tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  paths: pathsOf(OPERATIONS),
  components: {
    schemas: jsonSchemas(),
    parameters: Object.fromEntries(
      Object.entries(QUERY_PARAMETERS).map(([name, parameter]) => [
        name,
        { name, in: 'query', ...parameter },
      ]),
    ),
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description:
          'OAuth 2 access token of the issuer that the deployment trusts (RS256). Each operation names the scopes ' +
          'of which the token bears one: `countersign/evaluate`, `countersign/present`, `countersign/operate`, ' +
          '`countersign/stream`.',
      },
    },
  },
});
