import { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What {@link SigningKey} is told. */
export interface SigningKeyProps {
  readonly stage: string;
  /** Keep the key when the stack goes. */
  readonly retain: boolean;
}

/**
 * The key that signs requests to wallets: on P-256, as the High Assurance profile has it. It cannot be rotated
 * by KMS, and is the verifier's identity where no other is configured.
 */
export class SigningKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: SigningKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: `countersign/${props.stage}/requests`,
      description: `Countersign ${props.stage}: signs presentation requests`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
