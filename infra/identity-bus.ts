import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { CfnArchive, EventBus, Match } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** The source under which Countersign, and nobody else, speaks. */
export const OWN_SOURCE = 'countersign';

/** An account that may put events on the bus, and under which sources. */
export interface Producer {
  /** 12 digits. */
  readonly account: string;
  /** The `source` values that it may use; never `countersign`, never `aws.*`. */
  readonly sources: readonly string[];
}

/** What {@link IdentityBus} is told. */
export interface IdentityBusProps {
  readonly stage: string;
  readonly key: IKey;
  readonly archiveDays: number;
  readonly producers: readonly Producer[];
}

/**
 * The bus on which identity events arrive and decisions leave, and its archive of what arrived.
 *
 * Raw events are kept in the archive only, encrypted, for at most 7 days; decisions are not archived, since a
 * replay of the events that led to them makes the same ones.
 */
export class IdentityBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, props: IdentityBusProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: `countersign-${props.stage}`,
      description: 'Identity events in, decisions out',
    });
    this.bus.applyRemovalPolicy(RemovalPolicy.DESTROY);
    // The library's own class opens the key to `kms:ReEncrypt*`; Encryption has opened it, action by action.
    new CfnArchive(this, 'Archive', {
      archiveName: `countersign-${props.stage}`,
      description: 'What arrived, for replay',
      sourceArn: this.bus.eventBusArn,
      eventPattern: { source: Match.anythingBut(OWN_SOURCE) },
      retentionDays: props.archiveDays,
      kmsKeyIdentifier: props.key.keyArn,
    });
    for (const { account, sources } of props.producers) {
      this.#policy(
        `Producer${account}`,
        new PolicyStatement({
          principals: [new AccountPrincipal(account)],
          actions: ['events:PutEvents'],
          resources: [this.bus.eventBusArn],
          conditions: { StringEquals: { 'events:source': [...sources] } },
        }),
      );
    }
  }

  /**
   * Refuses the source `countersign` from everybody but the named roles: other accounts, and other roles of this
   * one too, however much their own policies allow. A decision on the bus is then one that Countersign made.
   */
  reserveOwnSource(publishers: readonly IRole[]): void {
    this.#policy(
      'OwnSource',
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['events:PutEvents'],
        resources: [this.bus.eventBusArn],
        conditions: {
          'ForAnyValue:StringEquals': { 'events:source': OWN_SOURCE },
          ArnNotEquals: { 'aws:PrincipalArn': publishers.map((role) => role.roleArn) },
        },
      }),
    );
  }

  /**
   * One resource per statement: that is how CloudFormation takes a bus's policy. The library's own class for it
   * warns, on every synthesis, of a property that nobody set.
   */
  #policy(id: string, statement: PolicyStatement): void {
    new CfnResource(this, `${id}Policy`, {
      type: 'AWS::Events::EventBusPolicy',
      properties: {
        EventBusName: this.bus.eventBusName,
        StatementId: id,
        Statement: { ...statement.toStatementJson(), Sid: id },
      },
    });
  }
}
