import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';

/** A message attribute as SQS's JSON protocol writes it; `BinaryValue` is base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const md5 = (data: string | Buffer) => createHash('md5').update(data).digest('hex');

/** MD5 of a body, which SDKs compare with their own. */
export const bodyDigest = (body: string): string => md5(body);

/**
 * MD5 of message attributes, which SDKs compare with their own.
 *
 * Source: SQS Developer Guide, "Calculating the MD5 message digest for message attributes": names in order;
 * for each, its name, its data type, a byte for the kind of value, and the value, all but the byte preceded
 * by their length in four bytes.
 *
 * @returns undefined when there are none.
 */
export function attributesDigest(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (names.length === 0) return undefined;
  const parts: Buffer[] = [];
  const sized = (data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    parts.push(length, data);
  };
  for (const name of names) {
    const attribute = attributes[name]!;
    sized(Buffer.from(name));
    sized(Buffer.from(attribute.DataType));
    const binary = attribute.DataType.startsWith('Binary');
    parts.push(Buffer.from([binary ? 2 : 1]));
    sized(valueBytes(attribute));
  }
  return md5(Buffer.concat(parts));
}

function valueBytes(attribute: MessageAttribute): Buffer {
  if (attribute.DataType.startsWith('Binary')) return Buffer.from(attribute.BinaryValue ?? '', 'base64');
  return Buffer.from(attribute.StringValue ?? '');
}

/** Bytes of a message as SQS counts them: body, and each attribute's name, type and value. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, attribute] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + valueBytes(attribute).length;
  }
  return bytes;
}

/** Characters that XML 1.0, and so SQS, does not have. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters refused
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/**
 * Refuses what SQS refuses in a message.
 *
 * @throws {AwsError} `InvalidMessageContents`, `InvalidParameterValue` or `MissingParameter`.
 */
export function checkMessage(
  body: unknown,
  attributes: unknown,
  maximumBytes: number,
): asserts body is string {
  if (typeof body !== 'string' || body === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (FORBIDDEN.test(body)) {
    throw new AwsError('InvalidMessageContents', 'Invalid characters found in the message body.');
  }
  checkAttributes(attributes);
  if (messageBytes(body, attributes) > maximumBytes) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`,
    );
  }
}

function checkAttributes(attributes: unknown): asserts attributes is MessageAttributes {
  const refuse = (problem: string) => new AwsError('InvalidParameterValue', problem);
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
    throw refuse('MessageAttributes must be a map.');
  }
  const entries = Object.entries(attributes as Record<string, unknown>);
  if (entries.length > 10)
    throw refuse('Number of message attributes [more than 10] exceeds the allowed maximum [10].');
  for (const [name, value] of entries) {
    if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name)) throw refuse('A message attribute name is not valid.');
    const { DataType, StringValue, BinaryValue } = (value ?? {}) as Partial<Record<string, unknown>>;
    if (typeof DataType !== 'string' || !/^(String|Number|Binary)(\..+)?$/.test(DataType)) {
      throw refuse(`The message attribute '${name}' must have a type of String, Number or Binary.`);
    }
    const wanted = DataType.startsWith('Binary') ? BinaryValue : StringValue;
    if (typeof wanted !== 'string' || wanted === '') {
      throw refuse(`The message attribute '${name}' must contain a non-empty value of its type.`);
    }
  }
}
