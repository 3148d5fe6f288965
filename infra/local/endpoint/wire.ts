import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../aws-error.ts';
import { jsonDepth } from '../bus/entries.ts';

/** Bytes of a request's body. A PutEvents of 1 MB may be several times that once it is a string in JSON. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** An operation of an AWS JSON protocol, read from a request. */
export interface WireRequest {
  /** `AWSEvents`, `AmazonSQS`, `secretsmanager`. */
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly accessKeyId: string;
}

/**
 * Reads an AWS JSON 1.0 or 1.1 request.
 *
 * The signature itself is not checked; only who claims to sign is read.
 *
 * @throws {AwsError} in the words that AWS uses for a request that is not one.
 */
export async function readRequest(request: IncomingMessage): Promise<WireRequest> {
  if (!isLoopback(request.headers.host)) {
    // A page elsewhere whose name resolves to 127.0.0.1 must not reach this endpoint through a browser.
    throw new AwsError('AccessDeniedException', 'This endpoint answers only to localhost.', { status: 403 });
  }
  if (request.method !== 'POST')
    throw new AwsError('UnknownOperationException', 'Only POST is answered.', { status: 404 });
  const [service, operation, ...more] = (header(request, 'x-amz-target') ?? '').split('.');
  if (!service || !operation || more.length > 0) {
    throw new AwsError(
      'UnknownOperationException',
      'The request has no x-amz-target: only the AWS JSON protocols are spoken here.',
    );
  }
  const accessKeyId = /^AWS4-[A-Z0-9-]+ .*?Credential=([\w-]{1,128})\//.exec(
    header(request, 'authorization') ?? '',
  )?.[1];
  if (accessKeyId === undefined) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const body = await readBody(request);
  return { service, operation, accessKeyId, input: parseInput(body) };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function isLoopback(host: string | undefined): boolean {
  return /^(localhost|[\w-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new AwsError('RequestEntityTooLargeException', 'Request Entity Too Large', { status: 413 });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseInput(body: string): Record<string, unknown> {
  const refused = () => new AwsError('SerializationException', 'The request body is not a JSON object.');
  if (body === '') return {};
  if (jsonDepth(body) > 100) throw refused();
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    throw refused();
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw refused();
  return input as Record<string, unknown>;
}

const contentType = (service: string | undefined) =>
  service === 'AmazonSQS' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';

/** Answers a request with an output. */
export function writeOutput(response: ServerResponse, service: string, output: unknown): void {
  write(response, 200, contentType(service), output ?? {}, {});
}

/** Answers a request with an error, as the JSON protocols carry errors; a fault of ours says no more than that. */
export function writeError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof AwsError ? error : new AwsError('InternalFailure', 'Internal failure.', { status: 500 });
  const service = known.queryCode === undefined ? undefined : 'AmazonSQS';
  write(
    response,
    known.status,
    contentType(service),
    { __type: known.type, message: known.message },
    {
      'x-amzn-errortype': known.type,
      ...(known.queryCode === undefined ? {} : { 'x-amzn-query-error': `${known.queryCode};Sender` }),
    },
  );
}

function write(
  response: ServerResponse,
  status: number,
  type: string,
  body: unknown,
  extra: Record<string, string>,
): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    ...(status === 413 ? { connection: 'close' } : {}),
    ...extra,
  });
  response.end(text);
}

/** A member that must be text. @throws {AwsError} `ValidationException`. */
export function text(input: Readonly<Record<string, unknown>>, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: '${name}' must be a non-empty string`,
  );
}

/** A member that may be text. @throws {AwsError} `ValidationException`. */
export const optionalText = (input: Readonly<Record<string, unknown>>, name: string): string | undefined =>
  input[name] == null ? undefined : text(input, name);

/** A member that may be a number. @throws {AwsError} `ValidationException`. */
export function optionalNumber(input: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = input[name];
  if (value == null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new AwsError('ValidationException', `1 validation error detected: '${name}' must be a number`);
}
