import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { type TargetProps, toBus } from './rule-targets.ts';

/** What {@link Forwarding} is told. */
export interface ForwardingProps extends TargetProps {
  readonly bus: EventBus;
  /** Full names of partner event buses, which are the names of their event sources. */
  readonly partnerBuses: readonly string[];
}

/**
 * Brings to Countersign's bus what cannot be sent there directly: AWS's own events, which reach the account's
 * default bus only, and those of partners, which reach a bus of their own.
 *
 * Console sign-ins are recorded in the region of the sign-in endpoint that was used, often us-east-1: deploy
 * there, or forward from there.
 */
export class Forwarding extends Construct {
  constructor(scope: Construct, id: string, props: ForwardingProps) {
    super(scope, id);
    const signIns = new Rule(this, 'ConsoleSignIns', {
      description: 'Sign-ins to the AWS console',
      eventPattern: { source: ['aws.signin'] },
    });
    toBus(signIns, props.bus, props);
    const cognito = new Rule(this, 'CognitoCalls', {
      description: 'Sign-ins to Cognito user pools, as CloudTrail records them',
      eventPattern: {
        source: ['aws.cognito-idp'],
        detailType: ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'],
      },
    });
    toBus(cognito, props.bus, props);
    for (const name of props.partnerBuses) {
      const partner = name.split('/')[1] ?? name;
      const part = name.replace(/[^A-Za-z0-9]+/g, '');
      const rule = new Rule(this, part, {
        description: `Identity events of ${partner}`,
        eventBus: EventBus.fromEventBusName(this, `${part}Bus`, name),
        eventPattern: { source: Match.prefix(`aws.partner/${partner}/`) },
      });
      toBus(rule, props.bus, props);
    }
  }
}
