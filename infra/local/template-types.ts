/** What local mode does with a resource: runs it, or leaves it out with a reason that is printed at start. */
export type Support =
  | { readonly kind: 'run'; readonly by: string }
  | { readonly kind: 'inert'; readonly why: string };

const run = (by: string): Support => ({ kind: 'run', by });
const inert = (why: string): Support => ({ kind: 'inert', why });

const ACCESS = 'access is not enforced on one machine: everything runs as you';
const ENCRYPTION = 'data stays on this disk, unencrypted';
const WATCHING = 'nobody is paged: the live table and .local/logs show what happens';
const FRONT = 'the HTTP API is reached directly on 127.0.0.1';
const IDENTITY = 'the development issuer stands in for it';

/**
 * Every resource type that the app may use. A type that is not here is refused by name when local mode
 * starts: a part of the template that is silently not run would make "it works here" worthless.
 */
const SUPPORT: Readonly<Record<string, Support>> = {
  'AWS::DynamoDB::Table': run('dynalite'),
  'AWS::DynamoDB::GlobalTable': run('dynalite'),
  'AWS::Lambda::Function': run('a process of its own'),
  'AWS::Lambda::LayerVersion': run("paths under /opt in the functions' environment"),
  'AWS::Lambda::EventSourceMapping': run('a poller on the queue'),
  'AWS::Lambda::EventInvokeConfig': run('retries and on-failure destination'),
  'AWS::Lambda::Permission': inert(ACCESS),
  'AWS::Lambda::Version': run('the same process as $LATEST'),
  'AWS::Lambda::Alias': run('the same process as $LATEST'),
  'AWS::SQS::Queue': run('a queue at the AWS endpoint'),
  'AWS::SQS::QueuePolicy': inert(ACCESS),
  'AWS::Events::EventBus': run('a bus at the AWS endpoint'),
  'AWS::Events::Rule': run('the event-pattern matcher, or a timer'),
  'AWS::Events::Archive': run('a file under .local'),
  'AWS::Events::EventBusPolicy': run('the AWS endpoint refuses what it denies'),
  'AWS::EventSchemas::Registry': inert(
    'schemas are documentation: nothing validates against them at run time',
  ),
  'AWS::EventSchemas::Schema': inert('schemas are documentation: nothing validates against them at run time'),
  'AWS::EventSchemas::Discoverer': inert('no schema discovery on one machine'),
  'AWS::Scheduler::Schedule': run('a timer'),
  'AWS::Scheduler::ScheduleGroup': inert('a name only'),
  'AWS::ApiGatewayV2::Api': run('the HTTP server'),
  'AWS::ApiGatewayV2::Stage': run('throttling of the HTTP server'),
  'AWS::ApiGatewayV2::Route': run('the HTTP server'),
  'AWS::ApiGatewayV2::Integration': run('the HTTP server'),
  'AWS::ApiGatewayV2::Authorizer': run('JWT verification against the development issuer'),
  'AWS::ApiGatewayV2::Deployment': inert('the stage deploys itself'),
  'AWS::ApiGatewayV2::DomainName': inert(FRONT),
  'AWS::ApiGatewayV2::ApiMapping': inert(FRONT),
  'AWS::SecretsManager::Secret': run('a random value in .local/secrets.json'),
  'AWS::SecretsManager::ResourcePolicy': inert(ACCESS),
  'AWS::SecretsManager::RotationSchedule': inert('secrets are not rotated on one machine'),
  'AWS::KMS::Key': run(
    'signing keys in .local/signing-keys.json; data itself stays on this disk, unencrypted',
  ),
  'AWS::KMS::Alias': inert(ENCRYPTION),
  'AWS::KinesisFirehose::DeliveryStream': run('files under .local/deliveries, as JSON lines'),
  'AWS::S3::Bucket': inert('what Firehose would put there is in .local/deliveries'),
  'AWS::S3::BucketPolicy': inert(ACCESS),
  'AWS::IAM::Role': inert(ACCESS),
  'AWS::IAM::Policy': inert(ACCESS),
  'AWS::IAM::ManagedPolicy': inert(ACCESS),
  'AWS::Logs::LogGroup': inert("functions' output goes to .local/logs"),
  'AWS::Logs::LogStream': inert("functions' output goes to .local/logs"),
  'AWS::Logs::MetricFilter': inert(WATCHING),
  'AWS::Logs::ResourcePolicy': inert(ACCESS),
  'AWS::Logs::QueryDefinition': inert(WATCHING),
  'AWS::CloudWatch::Alarm': inert(WATCHING),
  'AWS::CloudWatch::CompositeAlarm': inert(WATCHING),
  'AWS::CloudWatch::Dashboard': inert(WATCHING),
  'AWS::SNS::Topic': inert(WATCHING),
  'AWS::SNS::TopicPolicy': inert(ACCESS),
  'AWS::SNS::Subscription': inert(WATCHING),
  'AWS::XRay::Group': inert(WATCHING),
  'AWS::XRay::SamplingRule': inert(WATCHING),
  'AWS::Cognito::UserPool': inert(IDENTITY),
  'AWS::Cognito::UserPoolClient': inert(IDENTITY),
  'AWS::Cognito::UserPoolDomain': inert(IDENTITY),
  'AWS::Cognito::UserPoolResourceServer': inert(IDENTITY),
  'AWS::WAFv2::WebACL': inert(FRONT),
  'AWS::WAFv2::LoggingConfiguration': inert(FRONT),
  'AWS::CloudFront::Distribution': inert(FRONT),
  'AWS::CloudFront::CachePolicy': inert(FRONT),
  'AWS::CloudFront::OriginRequestPolicy': inert(FRONT),
  'AWS::CloudFront::ResponseHeadersPolicy': inert(FRONT),
  'AWS::CDK::Metadata': inert('about the toolchain only'),
};

/**
 * What local mode does with a CloudFormation resource type.
 *
 * @returns undefined when the type is refused.
 * @example
 * ```ts
 * supportOf('AWS::SQS::Queue');       // { kind: 'run', by: 'a queue at the AWS endpoint' }
 * supportOf('AWS::Kinesis::Stream');  // undefined
 * ```
 */
export function supportOf(type: string): Support | undefined {
  return Object.hasOwn(SUPPORT, type) ? SUPPORT[type] : undefined;
}
