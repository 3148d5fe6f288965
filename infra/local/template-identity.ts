import { createHash } from 'node:crypto';

/** Where the template is taken to be deployed. */
export interface LocalPlace {
  /** 12 digits. @default 000000000000 */
  readonly account: string;
  /** @default us-east-1 */
  readonly region: string;
  /** Base address of the AWS endpoint, in queue URLs: `http://127.0.0.1:4001`. */
  readonly endpoint: string;
  /** Base address of the HTTP API: `http://127.0.0.1:4000`. */
  readonly api: string;
}

/** What `Ref` and `Fn::GetAtt` give for one resource. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Subject {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Properties with intrinsics already resolved; only names are read. */
  property(name: string): unknown;
}

type Rule = (subject: Subject, place: LocalPlace) => Identity;

const digest = ({ stack, logicalId }: Subject, characters: number) =>
  createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, characters);

/** As CloudFormation makes them: cut to the 64 characters that the shortest limit allows, and still unique. */
function generated(subject: Subject): string {
  const whole = `${subject.stack}-${subject.logicalId}`;
  return whole.length <= 64 ? whole : `${whole.slice(0, 51)}-${digest(subject, 12)}`;
}

function named(subject: Subject, property: string): string {
  const given = subject.property(property);
  return typeof given === 'string' && given !== '' ? given : generated(subject);
}

/** A type whose `Ref` is its name and whose ARN ends in that name. */
function byName(property: string, service: string, prefix: string, extra: string[] = []): Rule {
  return (subject, place) => {
    const name = named(subject, property);
    const arn = `arn:aws:${service}:${service === 'iam' ? '' : place.region}:${place.account}:${prefix}${name}`;
    const attributes: Record<string, string> = { Arn: arn };
    for (const attribute of extra) attributes[attribute] = name;
    return { ref: name, attributes };
  };
}

/** A type whose `Ref` is its ARN. */
function byArn(property: string, service: string, prefix: string, attributes: string[] = []): Rule {
  return (subject, place) => {
    const arn = `arn:aws:${service}:${place.region}:${place.account}:${prefix}${named(subject, property)}`;
    return { ref: arn, attributes: Object.fromEntries(['Arn', ...attributes].map((name) => [name, arn])) };
  };
}

const RULES: Readonly<Record<string, Rule>> = {
  'AWS::DynamoDB::Table': byName('TableName', 'dynamodb', 'table/'),
  'AWS::DynamoDB::GlobalTable': byName('TableName', 'dynamodb', 'table/'),
  'AWS::Lambda::Function': byName('FunctionName', 'lambda', 'function:'),
  'AWS::Events::EventBus': byName('Name', 'events', 'event-bus/', ['Name']),
  'AWS::Events::Archive': byName('ArchiveName', 'events', 'archive/', ['ArchiveName']),
  'AWS::KinesisFirehose::DeliveryStream': byName('DeliveryStreamName', 'firehose', 'deliverystream/'),
  'AWS::S3::Bucket': (subject) => {
    const name = named(subject, 'BucketName');
    return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } };
  },
  'AWS::Logs::LogGroup': byName('LogGroupName', 'logs', 'log-group:'),
  'AWS::IAM::Role': byName('RoleName', 'iam', 'role/', ['RoleId']),
  'AWS::CloudWatch::Alarm': byName('AlarmName', 'cloudwatch', 'alarm:'),
  'AWS::Scheduler::Schedule': byName('Name', 'scheduler', 'schedule/default/'),
  'AWS::SNS::Topic': byArn('TopicName', 'sns', '', ['TopicArn']),
  'AWS::SecretsManager::Secret': byArn('Name', 'secretsmanager', 'secret:', ['Id']),
  'AWS::EventSchemas::Registry': byArn('RegistryName', 'schemas', 'registry/', ['RegistryArn']),
  'AWS::Events::Rule': (subject, place) => {
    const name = named(subject, 'Name');
    const bus = subject.property('EventBusName');
    const onBus = typeof bus === 'string' && bus !== 'default' ? `${bus.split('/').pop()}/` : '';
    return {
      ref: name,
      attributes: { Arn: `arn:aws:events:${place.region}:${place.account}:rule/${onBus}${name}` },
    };
  },
  'AWS::SQS::Queue': (subject, place) => {
    const name = named(subject, 'QueueName');
    const url = `${place.endpoint}/${place.account}/${name}`;
    return {
      ref: url,
      attributes: {
        Arn: `arn:aws:sqs:${place.region}:${place.account}:${name}`,
        QueueName: name,
        QueueUrl: url,
      },
    };
  },
  'AWS::Lambda::LayerVersion': (subject, place) => {
    const arn = `arn:aws:lambda:${place.region}:${place.account}:layer:${named(subject, 'LayerName')}:1`;
    return { ref: arn, attributes: { LayerVersionArn: arn } };
  },
  'AWS::Lambda::Version': (subject) => {
    const arn = `${functionArn(subject)}:1`;
    return { ref: arn, attributes: { FunctionArn: arn, Version: '1' } };
  },
  'AWS::Lambda::Alias': (subject) => {
    const arn = `${functionArn(subject)}:${named(subject, 'Name')}`;
    return { ref: arn, attributes: { AliasArn: arn } };
  },
  'AWS::ApiGatewayV2::Api': (subject, place) => ({
    ref: digest(subject, 10),
    attributes: { ApiId: digest(subject, 10), ApiEndpoint: place.api },
  }),
  'AWS::ApiGatewayV2::Stage': (subject) => ({ ref: named(subject, 'StageName'), attributes: {} }),
  'AWS::KMS::Key': (subject, place) => {
    const id = digest(subject, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return {
      ref: id,
      attributes: { Arn: `arn:aws:kms:${place.region}:${place.account}:key/${id}`, KeyId: id },
    };
  },
  'AWS::Cognito::UserPool': (subject, place) => {
    const id = `${place.region}_${digest(subject, 9)}`;
    const provider = `cognito-idp.${place.region}.amazonaws.com/${id}`;
    return {
      ref: id,
      attributes: {
        Arn: `arn:aws:cognito-idp:${place.region}:${place.account}:userpool/${id}`,
        UserPoolId: id,
        ProviderName: provider,
        ProviderURL: `https://${provider}`,
      },
    };
  },
};

function functionArn(subject: Subject): string {
  return String(subject.property('FunctionName'));
}

/**
 * The physical id and attributes that a resource has in local mode, in the form AWS gives them.
 *
 * A type without a rule of its own has a generated `Ref` and no attributes, so that a `Fn::GetAtt` on it
 * fails by name and is not guessed.
 *
 * @example
 * ```ts
 * identify({ stack: 's', logicalId: 'Settle', type: 'AWS::SQS::Queue', property: () => undefined }, place);
 * // { ref: 'http://127.0.0.1:4001/000000000000/s-Settle', attributes: { Arn: 'arn:aws:sqs:…', … } }
 * ```
 */
export function identify(subject: Subject, place: LocalPlace): Identity {
  const rule = Object.hasOwn(RULES, subject.type) ? RULES[subject.type] : undefined;
  if (rule) return rule(subject, place);
  return {
    ref: subject.type.includes('UserPoolClient') ? digest(subject, 26) : generated(subject),
    attributes: {},
  };
}
