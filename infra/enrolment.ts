import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { PresentationSettings } from './functions.ts';
import { onItems, readSecret, signWith, writeTableKey } from './grants.ts';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';
import type { Tables } from './tables.ts';

/** What {@link Enrolment} is told. */
export interface EnrolmentProps extends FunctionDefaults {
  readonly tables: Tables;
  readonly pseudonymSecretArn: string;
  /** The environment that tells to which tenant a caller belongs. */
  readonly tenancy: Readonly<Record<string, string>>;
  /** Signs request objects. */
  readonly signingKey: IKey;
  readonly presentations: PresentationSettings;
}

/** Which wallets are whose: apps and operators ask wallets to be enrolled, operators list and retire them. */
export class Enrolment extends Construct {
  readonly wallets: ServiceFunction;

  constructor(scope: Construct, id: string, props: EnrolmentProps) {
    super(scope, id);
    const { key, tables, signingKey } = props;
    const { publicUrl, clientIdPrefix, certificates, did, appOrigins } = props.presentations;
    this.wallets = new ServiceFunction(this, 'Wallets', {
      ...props,
      functionName: 'wallets',
      description: 'Asks wallets to be enrolled, and keeps which are whose',
      memory: 512,
      timeout: Duration.seconds(15),
      environment: {
        ...props.tenancy,
        DECISIONS_TABLE: tables.decisions.tableName,
        PRESENTATIONS_TABLE: tables.presentations.tableName,
        WALLETS_TABLE: tables.wallets.tableName,
        PSEUDONYM_SECRET_ARN: props.pseudonymSecretArn,
        PUBLIC_URL: publicUrl,
        SIGNING_KEY_ARN: signingKey.keyArn,
        SIGNING_CERTIFICATES: JSON.stringify(certificates),
        CLIENT_ID_PREFIX: clientIdPrefix,
        APP_ORIGINS: JSON.stringify(appOrigins),
        ...(did === undefined ? {} : { VERIFIER_DID: did }),
      },
    });
    this.wallets.allow(
      onItems(tables.decisions, ['GetItem']),
      onItems(tables.presentations, ['PutItem']),
      // What enrols is the answer, elsewhere: here a wallet is only ended.
      onItems(tables.wallets, ['DeleteItem', 'GetItem', 'PutItem']),
      writeTableKey(key),
      ...readSecret(props.pseudonymSecretArn, key),
      // The public half: requests are signed when wallets read them.
      signWith(signingKey, ['GetPublicKey']),
    );
  }
}
