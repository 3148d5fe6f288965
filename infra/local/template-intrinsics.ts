import { TemplateError } from './template-error.ts';

/** What the intrinsic functions of a template may refer to. */
export interface Scope {
  /** The value of a parameter, pseudo parameter or resource. @throws TemplateError `reference-unknown` */
  ref(name: string): unknown;
  /** An attribute of a resource. @throws TemplateError `reference-unknown` */
  attribute(logicalId: string, attribute: string): unknown;
  /** A named condition. @throws TemplateError `reference-unknown` */
  condition(name: string): boolean;
  /** An export of another stack. @throws TemplateError `reference-unknown` */
  imported(name: string): unknown;
  /** A mapping's value. @throws TemplateError `reference-unknown` */
  mapped(map: string, first: string, second: string): unknown;
}

/** `Ref: AWS::NoValue`: the member that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(text('Ref', name)),
  'Fn::GetAtt': (argument, scope) => {
    const parts = typeof argument === 'string' ? argument.split('.') : list('Fn::GetAtt', argument);
    const [id, ...attribute] = parts.map((part) => text('Fn::GetAtt', resolve(part, scope)));
    return scope.attribute(id!, attribute.join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [separator, values] = list('Fn::Join', argument);
    return list('Fn::Join', resolve(values, scope))
      .map((value) => text('Fn::Join', value))
      .join(text('Fn::Join', separator));
  },
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Select': (argument, scope) => {
    const [index, values] = list('Fn::Select', argument).map((part) => resolve(part, scope));
    const chosen = list('Fn::Select', values)[Number(index)];
    if (chosen === undefined) throw new TemplateError('intrinsic-refused', 'Fn::Select is out of range');
    return chosen;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, value] = list('Fn::Split', argument).map((part) => resolve(part, scope));
    return text('Fn::Split', value).split(text('Fn::Split', separator));
  },
  'Fn::If': (argument, scope) => {
    const [name, yes, no] = list('Fn::If', argument);
    return resolve(scope.condition(text('Fn::If', name)) ? yes : no, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list('Fn::Equals', argument).map((part) => resolve(part, scope));
    return String(left) === String(right);
  },
  'Fn::And': (argument, scope) => list('Fn::And', argument).every((part) => resolve(part, scope) === true),
  'Fn::Or': (argument, scope) => list('Fn::Or', argument).some((part) => resolve(part, scope) === true),
  'Fn::Not': (argument, scope) => resolve(list('Fn::Not', argument)[0], scope) !== true,
  Condition: (name, scope) => scope.condition(text('Condition', name)),
  'Fn::ImportValue': (argument, scope) => scope.imported(text('Fn::ImportValue', resolve(argument, scope))),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list('Fn::FindInMap', argument).map((part) =>
      text('Fn::FindInMap', resolve(part, scope)),
    );
    return scope.mapped(map!, first!, second!);
  },
  'Fn::Base64': (argument, scope) =>
    Buffer.from(text('Fn::Base64', resolve(argument, scope)), 'utf8').toString('base64'),
};

/**
 * A value of a template with its intrinsic functions worked out.
 *
 * @throws TemplateError `intrinsic-refused` for a function that is not known here, by name.
 * @example
 * ```ts
 * resolve({ 'Fn::Join': [':', ['arn', { Ref: 'AWS::Region' }]] }, scope); // 'arn:us-east-1'
 * ```
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  }
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value);
  const [first] = members;
  if (members.length === 1 && first && isIntrinsic(first[0], first[1])) {
    const intrinsic = Object.hasOwn(INTRINSICS, first[0]) ? INTRINSICS[first[0]] : undefined;
    if (!intrinsic) {
      throw new TemplateError('intrinsic-refused', `${first[0]} cannot be resolved in local mode`);
    }
    return intrinsic(first[1], scope);
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, member] of members) {
    const result = resolve(member, scope);
    if (result !== NO_VALUE) resolved[key] = result;
  }
  return resolved;
}

function isIntrinsic(name: string, argument: unknown): boolean {
  // `Condition` is also an ordinary member of IAM statements, where its value is an object.
  return name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof argument === 'string');
}

function substitute(argument: unknown, scope: Scope): string {
  const [pattern, values] = Array.isArray(argument) ? argument : [argument, {}];
  const given = (values ?? {}) as Record<string, unknown>;
  return text('Fn::Sub', pattern).replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(given, name)) return text('Fn::Sub', resolve(given[name], scope));
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
    return text('Fn::Sub', value);
  });
}

function list(name: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new TemplateError('intrinsic-refused', `${name} wants a list`);
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError('intrinsic-refused', `${name} wants text`);
}
