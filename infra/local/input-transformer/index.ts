/**
 * What a target receives: the event itself, a constant, a part of the event, or a filled template.
 *
 * Source: EventBridge User Guide, "Input transformation"; API Reference, `InputTransformer`.
 */
import { TransformerError } from './error.ts';
import { compilePath, type PathReader } from './json-path.ts';
import { compileTemplate } from './template.ts';

export { TransformerError } from './error.ts';

/** The parts of `AWS::Events::Rule Target` that shape its input; at most one may be given. */
export interface TargetInput {
  /** Constant JSON text. */
  readonly Input?: string;
  /** JSONPath of the part of the event to pass. */
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

/** What is known beside the event itself. */
export interface InputContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** When the bus accepted the event, ISO 8601. */
  readonly ingestionTime: string;
}

/** Makes a target's input, a JSON value, from an event. */
export type InputMaker = (event: Readonly<Record<string, unknown>>, context: InputContext) => unknown;

const RESERVED: Readonly<Record<string, InputMaker>> = {
  'aws.events.rule-arn': (_, context) => context.ruleArn,
  'aws.events.rule-name': (_, context) => context.ruleName,
  'aws.events.event.ingestion-time': (_, context) => context.ingestionTime,
  // AWS's pair: with `.json` the whole event, without it the event less its detail.
  'aws.events.event.json': (event) => event,
  'aws.events.event': ({ detail: _, ...envelope }) => envelope,
};

/**
 * Compiles a target's input.
 *
 * @throws {TransformerError} when two kinds of input are given or one is not valid.
 * @example
 * ```ts
 * const make = compileInput({ InputTransformer: {
 *   InputPathsMap: { who: '$.detail.user' }, InputTemplate: '{"text": "<who> signed in"}' } });
 * make({ detail: { user: 'u-1' } }, context); // { text: 'u-1 signed in' }
 * ```
 */
export function compileInput(input: TargetInput): InputMaker {
  const given = [input.Input, input.InputPath, input.InputTransformer].filter((one) => one !== undefined);
  if (given.length > 1) {
    throw new TransformerError(
      'input-ambiguous',
      'a target takes one of Input, InputPath and InputTransformer',
    );
  }
  if (input.Input !== undefined) {
    const constant = parseConstant(input.Input);
    return () => constant;
  }
  if (input.InputPath !== undefined) {
    const read = pathOf('InputPath', input.InputPath);
    return (event) => read(event) ?? null;
  }
  return input.InputTransformer ? compileTransformer(input.InputTransformer) : (event) => event;
}

function parseConstant(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TransformerError('input-invalid', 'Input is not JSON');
  }
}

function pathOf(name: string, path: string): PathReader {
  const read = compilePath(path);
  if (!read) throw new TransformerError('path-invalid', `${name} is not a path that EventBridge supports`);
  return read;
}

function compileTransformer(transformer: NonNullable<TargetInput['InputTransformer']>): InputMaker {
  const paths = Object.entries(transformer.InputPathsMap ?? {});
  if (paths.length > 100)
    throw new TransformerError('path-invalid', 'InputPathsMap has more than 100 variables');
  const readers = new Map<string, PathReader>();
  for (const [name, path] of paths) {
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name) || name.toLowerCase().startsWith('aws.')) {
      throw new TransformerError('variable-reserved', 'a name in InputPathsMap is not [A-Za-z0-9_-]+');
    }
    readers.set(name, pathOf(`InputPathsMap.${name}`, path));
  }
  const known = (name: string) => readers.has(name) || Object.hasOwn(RESERVED, name);
  const fill = compileTemplate(transformer.InputTemplate, known);
  return (event, context) =>
    fill((name) =>
      Object.hasOwn(RESERVED, name) ? RESERVED[name]!(event, context) : readers.get(name)?.(event),
    );
}
