import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type TargetProps, toFunction } from './rule-targets.ts';

/** What {@link Sweeping} is told. */
export interface SweepingProps extends TargetProps {
  readonly sweep: IFunction;
}

/** Every minute, finishes and publishes what a crash left half done. */
export class Sweeping extends Construct {
  constructor(scope: Construct, id: string, props: SweepingProps) {
    super(scope, id);
    const everyMinute = new Rule(this, 'EveryMinute', {
      description: 'Finishes decisions that a crash left pending',
      schedule: Schedule.rate(Duration.minutes(1)),
    });
    // The next minute brings the next sweep: there is no use in trying longer.
    toFunction(everyMinute, props.sweep, {
      ...props,
      delivery: { attempts: 2, within: Duration.minutes(1) },
    });
  }
}
