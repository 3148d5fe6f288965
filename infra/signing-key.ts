import { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What {@link SigningKey} is told. */
export interface SigningKeyProps {
  readonly stage: string;
  /** Keep the key when the stack goes. */
  readonly retain: boolean;
  /** Last part of the key's alias. @default 'requests' */
  readonly name?: string;
  /** What it does, for whoever finds it. @default 'signs presentation requests' */
  readonly use?: string;
  /** @default P-256, as the High Assurance profile of OpenID4VP has it */
  readonly spec?: KeySpec;
}

/**
 * A key that signs what others verify: requests to wallets, unless it is told otherwise. It cannot be rotated by
 * KMS; that of requests is the verifier's identity where no other is configured.
 */
export class SigningKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: SigningKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: `countersign/${props.stage}/${props.name ?? 'requests'}`,
      description: `Countersign ${props.stage}: ${props.use ?? 'signs presentation requests'}`,
      keySpec: props.spec ?? KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
