import type { ClaimPredicate } from './claim-predicate.ts';
import { StatementError } from './statement-error.ts';

/** A predicate as a verifier asks for it: one of the plain ones, or an age, which depends on the day. */
export type PredicateRequest =
  | ClaimPredicate
  /** The date at the path is at least this many years ago. */
  | { readonly path: string; readonly olderThan: { readonly years: number } }
  /** The date at the path is less than this many years ago. */
  | { readonly path: string; readonly youngerThan: { readonly years: number } };

/**
 * Turns ages into dates, on the day that `now` lies in (UTC). Where the day has no counterpart, as 29 February has not
 * in most years, 28 February counts: who was born on 1 March is not yet older.
 *
 * @param now seconds since the epoch.
 * @throws StatementError `query-invalid` for years that are not whole numbers from 0 to 150.
 * @example
 * ```ts
 * resolvePredicates([{ path: '/credentialSubject/birthDate', olderThan: { years: 18 } }], now);
 * // [{ path: '/credentialSubject/birthDate', atMost: '2008-11-20' }]
 * ```
 */
export function resolvePredicates(requests: readonly PredicateRequest[], now: number): ClaimPredicate[] {
  return requests.map((request) => {
    if ('olderThan' in request)
      return { path: request.path, atMost: yearsBefore(now, request.olderThan?.years) };
    if ('youngerThan' in request)
      return { path: request.path, greaterThan: yearsBefore(now, request.youngerThan?.years) };
    return request;
  });
}

function yearsBefore(now: number, years: number): string {
  if (!Number.isInteger(years) || years < 0 || years > 150)
    throw new StatementError('query-invalid', 'an age is a whole number of years, 0 to 150');
  const today = new Date(now * 1000);
  const [year, month, day] = [today.getUTCFullYear() - years, today.getUTCMonth(), today.getUTCDate()];
  const lastOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(day, lastOfMonth))).toISOString().slice(0, 10);
}
