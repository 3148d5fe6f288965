import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What {@link Tables} is told. */
export interface TablesProps {
  readonly key: IKey;
  /** Refuse deletion, and keep the tables when the stack goes. */
  readonly retain: boolean;
}

/** Index of decisions that a crash may have left unfinished: the sweeper's. Sparse. */
export const PENDING_INDEX = 'pending';

/** Index of security events that wait for their receivers. Sparse. */
export const OUTBOX_INDEX = 'outbox';

/** Index of wallets' answers that are to be announced. Sparse. */
export const ANSWERED_INDEX = 'answered';

/** Indexes of what people have a say in: by list, by deadline and by subject. Sparse. */
export const REVIEW_INDEXES = ['queue', 'due', 'subject'] as const;

/** The records: what was decided, what is normal, what wallets were asked, and whom tenants trust. */
export class Tables extends Construct {
  readonly decisions: Table;
  readonly baselines: Table;
  readonly presentations: Table;
  readonly wallets: Table;
  readonly issuers: Table;
  readonly sessions: Table;
  readonly streams: Table;
  readonly reviews: Table;
  readonly log: Table;
  readonly policies: Table;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const common = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: props.retain,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    } satisfies TableProps;
    this.decisions = new Table(this, 'Decisions', common);
    this.decisions.addGlobalSecondaryIndex({
      indexName: PENDING_INDEX,
      partitionKey: { name: 'pendingShard', type: AttributeType.STRING },
      sortKey: { name: 'pendingSince', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.baselines = new Table(this, 'Baselines', common);
    this.presentations = new Table(this, 'Presentations', common);
    this.presentations.addGlobalSecondaryIndex({
      indexName: ANSWERED_INDEX,
      partitionKey: { name: 'answered', type: AttributeType.STRING },
      sortKey: { name: 'due', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.wallets = new Table(this, 'Wallets', common);
    this.issuers = new Table(this, 'Issuers', common);
    this.sessions = new Table(this, 'Sessions', common);
    this.streams = new Table(this, 'Streams', common);
    this.streams.addGlobalSecondaryIndex({
      indexName: OUTBOX_INDEX,
      partitionKey: { name: 'outbox', type: AttributeType.STRING },
      sortKey: { name: 'due', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.log = new Table(this, 'Log', common);
    this.policies = new Table(this, 'Policies', common);
    this.reviews = new Table(this, 'Reviews', common);
    const sorted = { queue: ['queue', 'since'], due: ['dueShard', 'dueAt'], subject: ['subject', 'since'] };
    for (const indexName of REVIEW_INDEXES) {
      const [partition, sort] = sorted[indexName] as [string, string];
      this.reviews.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name: partition, type: AttributeType.STRING },
        sortKey: { name: sort, type: AttributeType.NUMBER },
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
  }
}
