import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** What {@link PseudonymSecret} is told. */
export interface PseudonymSecretProps {
  readonly key: IKey;
  /** Keep it when the stack goes. */
  readonly retain: boolean;
}

/** The secret under which identifiers become pseudonyms: 64 random letters and digits, some 380 bits. */
export class PseudonymSecret extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: PseudonymSecretProps) {
    super(scope, id);
    // The library's own Secret opens the key to the whole account with wildcard actions.
    const secret = new CfnSecret(this, 'Secret', {
      description: 'Keys the pseudonyms of Countersign. Without it no baseline can be found again.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      kmsKeyId: props.key.keyArn,
    });
    secret.applyRemovalPolicy(props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    this.arn = secret.ref;
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Every baseline is filed under pseudonyms made with this secret: to rotate it is to forget them all, which is a decision and not a schedule.',
    });
  }
}
