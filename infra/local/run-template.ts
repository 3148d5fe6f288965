import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { createLocalJWKSet } from 'jose';
import { type BusConfig, busNameOf, type ChaosOptions, createEvents, type Events } from './bus/index.ts';
import { openCredentialIssuer } from './credential-issuer.ts';
import { type DevIssuer, openDevIssuer, writePrivate } from './dev-issuer.ts';
import { startDynamodb } from './dynamodb.ts';
import { deliveryStreamsOf, openSigningKeys, startEndpoint } from './endpoint/index.ts';
import { eventSourcesOf, pollQueue } from './event-source.ts';
import { createHttpApi } from './http-api.ts';
import { type HttpApiConfig, httpApiOf } from './http-api-config.ts';
import { checkKeptState } from './kept-state.ts';
import { type LambdaHost, startLambdaHost } from './lambda-host.ts';
import { type AsyncInvoker, startAsyncInvoker } from './lambda-host-async.ts';
import type { Invocation } from './lambda-host-function.ts';
import { functionsOf } from './lambda-host-template.ts';
import { checkPorts, claim, dropState, LocalModeError } from './machine.ts';
import { createQueues, type QueueConfig, type Queues } from './queue/index.ts';
import { runSchedules, schedulesOf } from './schedule.ts';
import { openSecrets } from './secret-values.ts';
import { LOCAL_ACCOUNT, type LocalResource, type LocalTemplate, readTemplate } from './template.ts';

/** Where local mode listens, all on 127.0.0.1. */
export interface Ports {
  readonly api: number;
  readonly aws: number;
  readonly dynamodb: number;
}

/** What to run and how. */
export interface RunOptions {
  /** Folder of the synthesized cloud assembly. */
  readonly assembly: string;
  /** Folder for everything that is kept: `.local`. */
  readonly state: string;
  readonly ports: Ports;
  /** @default us-east-1 */
  readonly region?: string;
  readonly chaos?: ChaosOptions;
  /** Refuse sources that begin with `aws.`, as AWS does. @default false */
  readonly strictSources?: boolean;
  /** Drop what earlier starts kept, the assembly excepted. @default false */
  readonly fresh?: boolean;
  /** Answers a request before the API sees it; false when it is not for it. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Told what is done, for a person who waits. */
  readonly onStep?: (step: string) => void;
  /** One line about anything that went wrong on the way. */
  readonly log?: (line: string) => void;
  readonly onColdStart?: (name: string, invocation: Invocation) => void;
}

/** The app, running. */
export interface RunningTemplate {
  readonly template: LocalTemplate;
  readonly host: LambdaHost;
  readonly invoker: AsyncInvoker;
  readonly events: Events;
  readonly queues: Queues;
  readonly issuer: DevIssuer;
  readonly urls: { readonly api: string; readonly aws: string; readonly dynamodb: string };
  /** The value of a secret of the template. @throws LocalModeError `secret-unknown` */
  secret(id: string): string;
  /** Name of the app's own bus. */
  readonly busName: string;
  /** ms that each part of the start took. */
  readonly timings: Readonly<Record<string, number>>;
  /** Finishes what is under way, then ends everything. */
  stop(): Promise<void>;
}

/**
 * Runs a synthesized app on this machine: tables, queues, buses, functions, schedules, HTTP API.
 *
 * @throws TemplateError for what the template holds and local mode cannot run; DynamodbError for tables that
 * cannot be kept; LocalModeError `port-taken`, `already-running` or `state-outdated`.
 * @example
 * ```ts
 * const local = await runTemplate({ assembly: '.local/cdk.out', state: '.local',
 *   ports: { api: 4000, aws: 4001, dynamodb: 4002 } });
 * await fetch(`${local.urls.api}/v1/evaluate`, { method: 'POST', headers: { authorization: await local.issuer.token() }, body });
 * await local.stop();
 * ```
 */
export async function runTemplate(options: RunOptions): Promise<RunningTemplate> {
  const { ports, region = 'us-east-1', log = () => undefined, onStep = () => undefined } = options;
  const state = resolve(options.state);
  const timings: Record<string, number> = {};
  const timed = async <T>(part: string, work: () => T | Promise<T>): Promise<T> => {
    onStep(part);
    const begun = performance.now();
    const result = await work();
    timings[part] = performance.now() - begun;
    return result;
  };
  const undo: (() => unknown)[] = [];
  try {
    const release = await claim(state, ports.api);
    undo.push(release);
    if (options.fresh) dropState(state, options.assembly);
    await checkPorts({ ...ports });
    const urls = {
      api: `http://127.0.0.1:${ports.api}`,
      aws: `http://127.0.0.1:${ports.aws}`,
      dynamodb: `http://127.0.0.1:${ports.dynamodb}`,
    };
    const template = await timed('template', () =>
      readTemplate(options.assembly, { account: LOCAL_ACCOUNT, region, endpoint: urls.aws, api: urls.api }),
    );
    const tables = [
      ...template.ofType('AWS::DynamoDB::Table'),
      ...template.ofType('AWS::DynamoDB::GlobalTable'),
    ];
    const host = startLambdaHost(functionsOf(template), {
      region,
      awsEndpoint: urls.aws,
      dynamodbEndpoint: urls.dynamodb,
      logs: join(state, 'logs'),
      ...(options.onColdStart ? { onColdStart: options.onColdStart } : {}),
    });
    undo.push(() => host.stop());
    const database = await timed('tables', () =>
      startDynamodb(tables, { port: ports.dynamodb, directory: join(state, 'dynamodb') }),
    );
    undo.push(() => database.close());
    // A table that was just made holds nothing.
    if (database.created.length < tables.length) await checkKeptState(template, urls.dynamodb);

    const queues = createQueues(template.ofType('AWS::SQS::Queue').map(queueConfig), {
      directory: join(state, 'queues'),
    });
    undo.push(() => queues.close());
    const invoker = startAsyncInvoker(host, {
      file: join(state, 'invocations.jsonl'),
      send: async (arn, body) => queues.byArn(arn)?.send(body),
      onLost: (name, condition) => log(`${name}: an event was given up (${condition}) and kept nowhere`),
    });
    const events = createEvents(eventsConfig(template), {
      functions: invoker,
      queues,
      directory: state,
      strictSources: options.strictSources ?? false,
      log,
      ...(options.chaos ? { chaos: options.chaos } : {}),
    });
    const secrets = openSecrets(template, join(state, 'secrets.json'));
    const signingKeys = openSigningKeys(template, join(state, 'signing-keys.json'));
    const endpoint = await timed('AWS endpoint', () =>
      startEndpoint(ports.aws, {
        events,
        queues,
        secrets,
        signingKeys,
        deliveries: { streams: deliveryStreamsOf(template), directory: join(state, 'deliveries') },
        callers: host.callerOf,
        log,
      }),
    );
    undo.push(() => endpoint.close());

    const api = httpApiOf(template);
    const issuer = await timed('development issuer', () =>
      openDevIssuer({ file: join(state, 'dev-issuer.json'), api: urls.api, audience: audienceOf(api) }),
    );
    writePrivate(join(state, 'dev-token'), `${await issuer.token()}\n`);
    const accessLog = join(state, 'logs', 'http-api.log');
    const credentials = openCredentialIssuer(join(state, 'credential-issuer.json'), urls.api, () =>
      issuer.token(),
    );
    const serve = api
      ? createHttpApi(signedBy(api, issuer.issuer), {
          account: LOCAL_ACCOUNT,
          host,
          keys: createLocalJWKSet(issuer.jwks),
          onAccess: (line) => appendFileSync(accessLog, `${JSON.stringify(line)}\n`),
        })
      : undefined;
    const server = createServer((request, response) => {
      if (options.handle?.(request, response) || serveIssuer(issuer, request, response)) return;
      if (credentials.serve(request, response)) return;
      if (serve) void serve(request, response);
      else response.writeHead(404).end();
    });
    await timed('HTTP API', () => new Promise<void>((done) => server.listen(ports.api, '127.0.0.1', done)));
    undo.push(() => server.close());

    const pollers = eventSourcesOf(template).map((source) =>
      pollQueue(source, queues.byArn(source.queueArn)!, host, region),
    );
    const stopSchedules = runSchedules(schedulesOf(template, { invoker, events }), undefined, (name) =>
      log(`schedule ${name}: this run could not be started`),
    );

    return {
      template,
      host,
      invoker,
      events,
      queues,
      issuer,
      urls,
      busName: template.ofType('AWS::Events::EventBus')[0]?.ref ?? 'default',
      timings,
      secret: (id) => {
        const found = secrets(id);
        if (!found) throw new LocalModeError('secret-unknown', `The template holds no secret ${id}`);
        return found.SecretString;
      },
      stop: async () => {
        stopSchedules();
        server.close();
        server.closeAllConnections();
        // Functions put events while they finish, so the endpoint outlives them; what the bus still holds
        // back then goes to the functions, and what waits for a retry stays in its file.
        await invoker.drain();
        await Promise.all(pollers.map((poller) => poller.stop()));
        await events.drain();
        await invoker.drain();
        await host.stop();
        await endpoint.close();
        queues.close();
        await database.close();
        release();
      },
    };
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

function eventsConfig(template: LocalTemplate) {
  const { account, region } = template.place;
  const propertiesOf = (type: string) =>
    template.ofType(type).map(({ ref, arn, properties }) => ({ ...properties, Name: ref, Arn: arn! }));
  const buses: BusConfig[] = propertiesOf('AWS::Events::EventBus');
  const rules = propertiesOf('AWS::Events::Rule') as { Name: string; Arn: string; EventBusName?: string }[];
  // A partner's bus is made in the account by the partner's own set-up, so no template holds it.
  const partners = rules
    .map(({ EventBusName }) => busNameOf(EventBusName))
    .filter((name, index, all) => name.startsWith('aws.partner/') && all.indexOf(name) === index)
    .map((Name) => ({ Name, Arn: `arn:aws:events:${region}:${account}:event-bus/${Name}` }));
  return {
    account,
    region,
    buses: [...buses, ...partners],
    rules,
    archives: propertiesOf('AWS::Events::Archive').map((archive) => ({
      ...archive,
      ArchiveName: archive.Name,
    })) as never,
    policies: template.ofType('AWS::Events::EventBusPolicy').map(({ properties }) => properties) as never,
  };
}

function queueConfig({ arn, attributes, properties }: LocalResource): QueueConfig {
  return {
    ...(properties as Partial<QueueConfig>),
    Arn: arn!,
    QueueName: attributes.QueueName!,
    QueueUrl: attributes.QueueUrl!,
  };
}

function audienceOf(api: HttpApiConfig | undefined): string[] {
  return [...new Set(api?.routes.flatMap(({ authorizer }) => authorizer?.audience ?? []))];
}

/** Named deviation: whoever signs when deployed, here it is the development issuer. Audience and scopes stay. */
function signedBy(api: HttpApiConfig, issuer: string): HttpApiConfig {
  const routes = api.routes.map((route) =>
    route.authorizer ? { ...route, authorizer: { ...route.authorizer, issuer } } : route,
  );
  return { ...api, routes };
}

function serveIssuer(issuer: DevIssuer, request: IncomingMessage, response: ServerResponse): boolean {
  const base = new URL(issuer.issuer).pathname;
  const documents = new Map<string, unknown>([
    [`${base}/.well-known/openid-configuration`, issuer.configuration],
    [`${base}/jwks.json`, issuer.jwks],
  ]);
  const document = documents.get(request.url ?? '');
  if (!document) return false;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  return true;
}
