import { CfnRegistry, CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { Construct } from 'constructs';
import { type DetailType, EVENT_SCHEMAS, jsonSchema } from './event-schemas.ts';

/** What {@link SchemaRegistry} is told. */
export interface SchemaRegistryProps {
  readonly stage: string;
}

/** The schemas of the bus's events where AWS's tools look for them, named `countersign@RiskAssessed` and so on. */
export class SchemaRegistry extends Construct {
  constructor(scope: Construct, id: string, props: SchemaRegistryProps) {
    super(scope, id);
    const registry = new CfnRegistry(this, 'Registry', {
      registryName: `countersign-${props.stage}`,
      description: 'Events of the Countersign bus',
    });
    for (const detailType of Object.keys(EVENT_SCHEMAS) as DetailType[]) {
      const name = detailType.replaceAll(' ', '');
      new CfnSchema(this, name, {
        registryName: registry.attrRegistryName,
        schemaName: `countersign@${name}`,
        type: 'JSONSchemaDraft4',
        description: detailType,
        content: JSON.stringify(jsonSchema(detailType, 'draft-4')),
      });
    }
  }
}
