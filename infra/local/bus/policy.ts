import { CountersignError } from '../../../functions/platform/errors.ts';
import type { Caller } from '../runtime.ts';
import { type BusPolicyConfig, busNameOf, type PolicyStatement } from './config.ts';
import type { EntryProblem } from './entries.ts';

/** A resource policy that this evaluator cannot evaluate: `policy-refused`. */
export class PolicyError extends CountersignError {
  override readonly name = 'PolicyError';
}

/** What a policy may ask about one entry. */
export interface EntryContext {
  readonly caller: Caller;
  readonly account: string;
  readonly source: string;
  readonly detailType: string;
}

/** Why an entry is denied, or undefined when it is not. */
export type PolicyCheck = (busName: string, context: EntryContext) => EntryProblem | undefined;

/** Turns `a*c?` into a test; everything else in it is literal. */
function like(pattern: string): (text: string) => boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  const expression = new RegExp(`^${escaped}$`, 's');
  return (text) => expression.test(text);
}

type Comparison = { readonly negated: boolean; readonly test: (wanted: string) => (text: string) => boolean };

const same = (wanted: string) => (text: string) => text === wanted;
const sameAnyCase = (wanted: string) => (text: string) => text.toLowerCase() === wanted.toLowerCase();

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: { negated: false, test: same },
  StringNotEquals: { negated: true, test: same },
  StringEqualsIgnoreCase: { negated: false, test: sameAnyCase },
  StringNotEqualsIgnoreCase: { negated: true, test: sameAnyCase },
  StringLike: { negated: false, test: like },
  StringNotLike: { negated: true, test: like },
  ArnEquals: { negated: false, test: like },
  ArnNotEquals: { negated: true, test: like },
  ArnLike: { negated: false, test: like },
  ArnNotLike: { negated: true, test: like },
};

const KEYS: Readonly<Record<string, (context: EntryContext) => string>> = {
  'events:source': ({ source }) => source,
  'events:detail-type': ({ detailType }) => detailType,
  'aws:principalarn': ({ caller }) => caller.principalArn,
  'aws:principalaccount': ({ account }) => account,
  'aws:sourceaccount': ({ account }) => account,
};

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/**
 * Compiles the `Deny` statements of buses' resource policies, as far as a single account can be held to
 * them: everyone here belongs to the bus's own account, where identity policies already allow `PutEvents`,
 * so an `Allow` adds nothing and an explicit `Deny` is what decides.
 *
 * Source: IAM User Guide, "Policy evaluation logic" and "Condition operators".
 *
 * @throws {PolicyError} naming a condition operator or key of a `Deny` that is not evaluated here.
 */
export function compilePolicies(policies: readonly BusPolicyConfig[]): PolicyCheck {
  const denials = policies
    .filter(({ Statement }) => Statement.Effect === 'Deny' && coversPutEvents(Statement))
    .map((policy) => ({ bus: busNameOf(policy.EventBusName), ...compileDenial(policy.Statement) }));
  return (busName, context) => {
    const denial = denials.find(({ bus, applies }) => bus === busName && applies(context));
    return (
      denial && { ErrorCode: denial.code, ErrorMessage: 'Denied by the resource policy of the event bus.' }
    );
  };
}

function coversPutEvents(statement: PolicyStatement): boolean {
  return list(statement.Action).some((action) => like(action.toLowerCase())('events:putevents'));
}

function compileDenial(statement: PolicyStatement): {
  code: string;
  applies: (context: EntryContext) => boolean;
} {
  const tests = [principalTest(statement.Principal)];
  let code = 'AccessDeniedException';
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      tests.push(conditionTest(operator, key, list(values)));
      if (key.toLowerCase() === 'events:source') code = 'NotAuthorizedForSourceException';
      else if (key.toLowerCase() === 'events:detail-type' && code === 'AccessDeniedException') {
        code = 'NotAuthorizedForDetailTypeException';
      }
    }
  }
  return { code, applies: (context) => tests.every((test) => test(context)) };
}

function conditionTest(
  operator: string,
  key: string,
  values: readonly string[],
): (context: EntryContext) => boolean {
  // Every key here has exactly one value and is always there, so the set and existence forms are the plain one.
  const plain = operator.replace(/^ForA(ny|ll)Value(s)?:/, '').replace(/IfExists$/, '');
  const comparison = Object.hasOwn(COMPARISONS, plain) ? COMPARISONS[plain] : undefined;
  const read = Object.hasOwn(KEYS, key.toLowerCase()) ? KEYS[key.toLowerCase()] : undefined;
  if (!comparison)
    throw new PolicyError('policy-refused', `the condition operator ${operator} is not evaluated locally`);
  if (!read) throw new PolicyError('policy-refused', `the condition key ${key} is not evaluated locally`);
  const tests = values.map(comparison.test);
  return (context) => tests.some((test) => test(read(context))) !== comparison.negated;
}

function principalTest(principal: unknown): (context: EntryContext) => boolean {
  const named =
    typeof principal === 'object' && principal !== null
      ? (principal as { AWS?: string | string[] }).AWS
      : principal;
  const names = list(named as string | string[] | undefined);
  if (names.length === 0) return () => false;
  return ({ caller, account }) =>
    names.some(
      (name) =>
        name === '*' ||
        name === account ||
        name === `arn:aws:iam::${account}:root` ||
        name === caller.principalArn,
    );
}
