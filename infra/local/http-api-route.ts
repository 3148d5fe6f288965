/** A route that a request met, and what its path variables stand for. */
export interface RouteMatch<R> {
  readonly route: R;
  /** Percent-decoded; a greedy variable holds the rest of the path. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Compiled<R> {
  readonly route: R;
  readonly method: string;
  readonly segments: readonly string[];
  /** Compared from the left: literal 2, variable 1, greedy variable 0; then 1 for a named method. */
  readonly rank: readonly number[];
}

/**
 * Compiles the routes of an HTTP API into a function that finds the one for a request.
 *
 * The most specific wins: a literal segment before a variable, a variable before a greedy one, a named
 * method before `ANY`; `$default` takes what is left (API Gateway developer guide, "Routes for HTTP APIs").
 * Paths are compared as sent, case and trailing slash included.
 *
 * @throws URIError when a path variable is not valid percent-encoding.
 * @example
 * ```ts
 * const match = compileRoutes([{ routeKey: 'GET /v1/decisions/{eventId}' }]);
 * match('GET', '/v1/decisions/a%2Fb')?.pathParameters; // { eventId: 'a/b' }
 * match('POST', '/v1/decisions/a');                    // undefined
 * ```
 */
export function compileRoutes<R extends { readonly routeKey: string }>(
  routes: readonly R[],
): (method: string, path: string) => RouteMatch<R> | undefined {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map((route) => compile(route))
    .sort((left, right) => compare(right.rank, left.rank));
  return (method, path) => {
    const segments = path.split('/').slice(1);
    for (const candidate of compiled) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const pathParameters = met(candidate.segments, segments);
      if (pathParameters) return { route: candidate.route, pathParameters };
    }
    return fallback && { route: fallback, pathParameters: {} };
  };
}

function compile<R extends { readonly routeKey: string }>(route: R): Compiled<R> {
  const [method = '', path = ''] = route.routeKey.split(' ');
  const segments = path.split('/').slice(1);
  const rank = segments.map((segment) => (isGreedy(segment) ? 0 : isVariable(segment) ? 1 : 2));
  return { route, method, segments, rank: [...rank, method === 'ANY' ? 0 : 1] };
}

const isVariable = (segment: string) => segment.startsWith('{') && segment.endsWith('}');
const isGreedy = (segment: string) => isVariable(segment) && segment.endsWith('+}');

function met(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = Object.create(null);
  for (const [index, segment] of pattern.entries()) {
    if (isGreedy(segment)) {
      const rest = path.slice(index).join('/');
      if (rest === '') return undefined;
      parameters[segment.slice(1, -2)] = decodeURIComponent(rest);
      return parameters;
    }
    const given = path[index];
    if (given === undefined) return undefined;
    if (isVariable(segment)) {
      if (given === '') return undefined;
      parameters[segment.slice(1, -1)] = decodeURIComponent(given);
    } else if (segment !== given) return undefined;
  }
  return path.length === pattern.length ? parameters : undefined;
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? -1) - (right[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
