import { Aws, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

/** The scopes of the API (design, "who may call"), without their prefix `countersign/`. */
const SCOPES = {
  evaluate: 'Have events decided, read the decisions',
  present: 'Ask wallets for presentations, have credentials verified',
  operate: 'Read all decisions, review, give feedback',
  stream: 'Receive Shared Signals',
} as const;

/** What {@link DefaultIssuer} is told. */
export interface DefaultIssuerProps {
  readonly stage: string;
  /** Refuse deletion, and keep the pool when the stack goes. */
  readonly retain: boolean;
}

/**
 * The issuer of tokens for those who name none: a Cognito user pool with two machine clients, one for apps, one
 * for operators' tools. Tokens come from `https://countersign-<stage>-<account>.auth.<region>.amazoncognito.com`.
 */
export class DefaultIssuer extends Construct {
  readonly issuer: string;
  readonly audience: string[];

  constructor(scope: Construct, id: string, props: DefaultIssuerProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Pool', {
      userPoolName: `countersign-${props.stage}`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      deletionProtection: props.retain,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `countersign-${props.stage}-${Aws.ACCOUNT_ID}` },
    });
    const scopes = Object.entries(SCOPES).map(
      ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
    );
    const server = pool.addResourceServer('Server', { identifier: 'countersign', scopes });
    const client = (name: string, allowed: readonly (keyof typeof SCOPES)[]): UserPoolClient =>
      pool.addClient(name, {
        generateSecret: true,
        authFlows: {},
        oAuth: {
          flows: { clientCredentials: true },
          scopes: scopes
            .filter(({ scopeName }) => allowed.includes(scopeName as keyof typeof SCOPES))
            .map((scope) => OAuthScope.resourceServer(server, scope)),
        },
      });
    // Cognito's access tokens have no audience: API Gateway then compares the client id.
    this.audience = [
      client('Apps', ['evaluate', 'present']).userPoolClientId,
      client('Operators', ['evaluate', 'operate']).userPoolClientId,
    ];
    this.issuer = pool.userPoolProviderUrl;

    const threatProtection =
      'No person signs in to this pool by password today, and machine clients are not covered by it; it needs the Plus plan, which an operator may choose.';
    Validations.of(pool).acknowledge({ id: 'AwsSolutions-COG8', reason: threatProtection });
  }
}
