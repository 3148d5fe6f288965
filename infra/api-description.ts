import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type FunctionDefaults, ServiceFunction } from './service-function.ts';

/** Says how the API is used: a document that is made on synthesis, and a function that gives it out. */
export class ApiDescription extends Construct {
  readonly openapi: ServiceFunction;

  constructor(scope: Construct, id: string, props: FunctionDefaults) {
    super(scope, id);
    this.openapi = new ServiceFunction(this, 'OpenApi', {
      ...props,
      functionName: 'openapi',
      room: 'platform',
      description: 'Gives out the description of the API',
      memory: 256,
      timeout: Duration.seconds(10),
      environment: {},
    });
  }
}
