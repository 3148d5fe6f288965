/**
 * The AWS endpoint of local mode: EventBridge, SQS, Secrets Manager, KMS and Firehose on one port, spoken to by unchanged SDKs
 * and by the AWS CLI through an endpoint override. It listens on 127.0.0.1 alone and checks no signature.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from '../aws-error.ts';
import type { Events } from '../bus/index.ts';
import type { Queues } from '../queue/index.ts';
import type { Caller, CallerLookup } from '../runtime.ts';
import { eventBridgeOperations } from './eventbridge.ts';
import { type DeliveryStream, firehoseOperations } from './firehose.ts';
import { kmsOperations, type SigningKeyLookup } from './kms.ts';
import type { Operations } from './operations.ts';
import { type SecretLookup, secretsOperations } from './secrets.ts';
import { sqsOperations } from './sqs.ts';
import { readRequest, writeError, writeOutput } from './wire.ts';

export { type DeliveryStream, deliveryStreamsOf } from './firehose.ts';
export { openSigningKeys, type SigningKeyLookup } from './kms.ts';
export type { Secret, SecretLookup } from './secrets.ts';
export { MAX_BODY_BYTES } from './wire.ts';

/** What the endpoint serves. */
export interface EndpointParts {
  readonly events: Events;
  readonly queues: Queues;
  readonly secrets: SecretLookup;
  /** Keys that sign. @default none */
  readonly signingKeys?: SigningKeyLookup;
  /** Delivery streams, and the folder that they write to. @default none */
  readonly deliveries?: { readonly streams: readonly DeliveryStream[]; readonly directory: string };
  /** Knows hosted functions by their access key id. */
  readonly callers: CallerLookup;
  /** Told of errors that are ours, which callers only see as `InternalFailure`. */
  readonly log?: (line: string) => void;
}

/** A listening endpoint. */
export interface Endpoint {
  readonly port: number;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Stops listening; requests under way have a second to end. */
  close(): Promise<void>;
}

/**
 * Starts the endpoint.
 *
 * @param port 0 takes a free one.
 * @throws when the port is taken (`EADDRINUSE`).
 * @example
 * ```ts
 * const endpoint = await startEndpoint(4001, { events, queues, secrets: () => undefined, callers: () => undefined });
 * new EventBridgeClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
 * ```
 */
export async function startEndpoint(port: number, parts: EndpointParts): Promise<Endpoint> {
  const services: Readonly<Record<string, Operations>> = {
    AWSEvents: eventBridgeOperations(parts.events),
    AmazonSQS: sqsOperations(parts.queues),
    secretsmanager: secretsOperations(parts.secrets),
    TrentService: kmsOperations(parts.signingKeys ?? (() => undefined)),
    Firehose_20150804: firehoseOperations(parts.deliveries?.streams ?? [], parts.deliveries?.directory ?? ''),
  };
  const outsider: Caller = { principalArn: `arn:aws:iam::${parts.events.config.account}:user/outside` };

  const server = createServer(async (request, response) => {
    try {
      const { service, operation, input, accessKeyId } = await readRequest(request);
      const operations = Object.hasOwn(services, service) ? services[service]! : {};
      if (!Object.hasOwn(operations, operation)) {
        throw new AwsError('UnknownOperationException', `${service}.${operation} is not served locally.`);
      }
      writeOutput(
        response,
        service,
        await operations[operation]!(input, parts.callers(accessKeyId) ?? outsider),
      );
    } catch (error) {
      if (!(error instanceof AwsError))
        parts.log?.(`endpoint: ${error instanceof Error ? error.message : 'unknown error'}`);
      writeError(response, error);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise<void>((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), 1000);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}
