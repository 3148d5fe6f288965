import type { AuthAction, AuthOutcome, IdentityChange } from './auth-event.ts';
import { invalidMember } from './event-error.ts';
import { factorsOf } from './factors.ts';
import type { Adapter } from './reading.ts';

const AUTHENTICATIONS: readonly (readonly [RegExp, AuthAction, AuthOutcome])[] = [
  [/^PreAuthentication_/, 'sign_in', 'challenged'],
  [/^PostAuthentication_/, 'sign_in', 'success'],
  [/^UserMigration_Authentication$/, 'sign_in', 'challenged'],
  [/^(DefineAuthChallenge|CreateAuthChallenge)_/, 'second_factor', 'challenged'],
  [/^VerifyAuthChallengeResponse_/, 'second_factor', 'challenged'],
  [/^TokenGeneration_/, 'token', 'success'],
];

const CHANGES: readonly (readonly [RegExp, IdentityChange])[] = [
  [/^PostConfirmation_ConfirmForgotPassword$/, 'password_reset'],
  [/^(PostConfirmation|PreSignUp)_/, 'account_created'],
];

/**
 * Reads what a Cognito user pool hands to its Lambda triggers
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html).
 *
 * The shape has neither id nor time; a trigger that forwards it may add `id` and `time`, else the bus's are used.
 * It never holds an address.
 */
export const cognitoTrigger: Adapter = (detail) => {
  const trigger = detail.get('triggerSource').text();
  if (trigger === undefined) throw invalidMember('detail.triggerSource', 'is required');
  const request = detail.get('request').objectOrAbsent();
  const attributes = request.get('userAttributes').objectOrAbsent();
  const caller = detail.get('callerContext').objectOrAbsent();
  const subject = attributes.get('sub').present ? attributes.get('sub') : detail.get('userName');
  const common = { id: detail.get('id'), time: detail.get('time') };
  const meaning = AUTHENTICATIONS.find(([pattern]) => pattern.test(trigger));
  if (meaning === undefined) {
    return {
      kind: 'identity',
      ...common,
      outcome: 'success',
      change: CHANGES.find(([pattern]) => pattern.test(trigger))?.[1] ?? 'other',
      operation: trigger,
      actor: subject,
      target: subject,
    };
  }
  const [, action, outcome] = meaning;
  const answer = detail.get('response').objectOrAbsent().get('answerCorrect').flag();
  const answered = answer === undefined ? outcome : answer ? 'success' : 'failure';
  const group = request.get('groupConfiguration').objectOrAbsent().get('groupsToOverride');
  return {
    kind: 'authentication',
    ...common,
    action,
    outcome: answered,
    failureReason: answered === 'failure' ? 'second_factor_failed' : undefined,
    subject,
    subjectKind: trigger === 'TokenGeneration_ClientCredentials' ? 'service' : 'person',
    roles: group
      .items()
      .slice(0, 64)
      .flatMap((item) => item.text() ?? []),
    factors: factorsOf(
      trigger === 'TokenGeneration_RefreshTokens' ? 'refresh' : undefined,
      detail
        .get('userName')
        .text()
        ?.match(/^(SAML|OIDC|Google|Facebook|SignInWithApple|LoginWithAmazon)_/)
        ? 'federated'
        : undefined,
    ),
    application: caller.get('clientId'),
  };
};
