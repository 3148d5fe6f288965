import { type Assembly, type RawTemplate, readAssembly } from './template-assembly.ts';
import { TemplateError } from './template-error.ts';
import { type Identity, identify, type LocalPlace } from './template-identity.ts';
import { NO_VALUE, resolve, type Scope } from './template-intrinsics.ts';
import { type Support, supportOf } from './template-types.ts';

/** One resource of the synthesized template, with local values in the place of intrinsics. */
export interface LocalResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly support: Support;
  /** What `Ref` gives: a name, URL or ARN, by type. */
  readonly ref: string;
  /** The ARN, for types that have one. */
  readonly arn?: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Resolved when first read: an inert resource may hold what cannot be resolved here. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The app as it will run on this machine. */
export interface LocalTemplate {
  readonly place: LocalPlace;
  readonly resources: readonly LocalResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The resources of one type, in template order. */
  ofType(type: string): readonly LocalResource[];
  /** The resource with this ARN; a function's version or alias gives the function. */
  byArn(arn: string): LocalResource | undefined;
  /** The folder or file of an asset. @throws TemplateError `asset-missing` */
  asset(objectKey: string): string;
}

/** Account and region of local mode; `000000000000` can never be anybody's account. */
export const LOCAL_ACCOUNT = '000000000000';

/**
 * Reads the synthesized app and resolves it for this machine.
 *
 * @param directory the cloud assembly, as `cdk synth` or `node infra/app.ts` writes it.
 * @throws TemplateError `resource-refused` naming every resource whose type local mode cannot run;
 * and the codes of {@link TemplateError} for what cannot be read or resolved.
 * @example
 * ```ts
 * const template = readTemplate('.local/cdk.out', {
 *   account: LOCAL_ACCOUNT, region: 'us-east-1', endpoint: 'http://127.0.0.1:4001', api: 'http://127.0.0.1:4000' });
 * template.ofType('AWS::DynamoDB::Table').map((table) => table.ref); // ['countersign-local-decisions', …]
 * ```
 */
export function readTemplate(directory: string, place: LocalPlace): LocalTemplate {
  const assembly = readAssembly(directory);
  const exported = new Map<string, () => unknown>();
  const stacks = assembly.stacks.map(({ name, template }) => new Stack(name, template, place, exported));
  const resources = stacks.flatMap((stack) => stack.resources());
  refuse(resources);
  const byArn = new Map(resources.flatMap((resource) => (resource.arn ? [[resource.arn, resource]] : [])));
  return {
    place,
    resources: resources as LocalResource[],
    get outputs() {
      return Object.assign({}, ...stacks.map((stack) => stack.outputs()));
    },
    ofType: (type) => resources.filter((resource) => resource.type === type) as LocalResource[],
    byArn: (arn) => (byArn.get(arn) ?? byArn.get(unqualified(arn))) as LocalResource | undefined,
    asset: (objectKey) => findAsset(assembly, objectKey),
  };
}

/** `arn:…:function:name:live` without its version or alias. */
function unqualified(arn: string): string {
  return arn.replace(/^(arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]+):.+$/, '$1');
}

function findAsset(assembly: Assembly, objectKey: string): string {
  const found = assembly.assets.get(objectKey);
  if (!found) throw new TemplateError('asset-missing', `The assembly holds no asset ${objectKey}`);
  return found;
}

type Candidate = Omit<LocalResource, 'support'> & { readonly support: Support | undefined };

function refuse(resources: readonly Candidate[]): void {
  const refused = resources.filter(({ support }) => support === undefined);
  if (refused.length === 0) return;
  const names = refused.map(({ type, stack, logicalId }) => `${type} ${stack}/${logicalId}`);
  throw new TemplateError(
    'resource-refused',
    `Local mode cannot run these resources, and will not run without them: ${names.join(', ')}`,
  );
}

/** One stack's names, resolved on demand so that the order of resources does not matter. */
class Stack implements Scope {
  readonly #name: string;
  readonly #template: RawTemplate;
  readonly #place: LocalPlace;
  readonly #exported: Map<string, () => unknown>;
  readonly #identities = new Map<string, Identity>();
  readonly #open = new Set<string>();

  constructor(name: string, template: RawTemplate, place: LocalPlace, exported: Map<string, () => unknown>) {
    this.#name = name;
    this.#template = template;
    this.#place = place;
    this.#exported = exported;
    for (const { Value, Export } of Object.values(template.Outputs ?? {})) {
      if (Export) exported.set(String(resolve(Export.Name, this)), () => resolve(Value, this));
    }
  }

  resources(): Candidate[] {
    return Object.entries(this.#template.Resources ?? {}).flatMap(([logicalId, raw]) => {
      if (raw.Condition !== undefined && !this.condition(raw.Condition)) return [];
      const identity = this.#identity(logicalId);
      const scope: Scope = this;
      let properties: Record<string, unknown> | undefined;
      return [
        {
          stack: this.#name,
          logicalId,
          type: raw.Type,
          support: supportOf(raw.Type),
          ref: identity.ref,
          ...(identity.attributes.Arn === undefined ? {} : { arn: identity.attributes.Arn }),
          attributes: identity.attributes,
          get properties() {
            properties ??= resolve(raw.Properties ?? {}, scope) as Record<string, unknown>;
            return properties;
          },
        },
      ];
    });
  }

  outputs(): Record<string, unknown> {
    const entries = Object.entries(this.#template.Outputs ?? {});
    return Object.fromEntries(
      entries.map(([key, { Value }]) => [`${this.#name}.${key}`, resolve(Value, this)]),
    );
  }

  ref(name: string): unknown {
    const pseudo: Readonly<Record<string, unknown>> = {
      'AWS::AccountId': this.#place.account,
      'AWS::Region': this.#place.region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.#name,
      'AWS::StackId': `arn:aws:cloudformation:${this.#place.region}:${this.#place.account}:stack/${this.#name}/local`,
      'AWS::NotificationARNs': [],
      'AWS::NoValue': NO_VALUE,
    };
    if (Object.hasOwn(pseudo, name)) return pseudo[name];
    const { Parameters } = this.#template;
    if (Parameters && Object.hasOwn(Parameters, name)) {
      const value = Parameters[name]!.Default;
      if (value === undefined) throw this.#unknown(`parameter ${name}, which has no default`);
      return value;
    }
    return this.#identity(name).ref;
  }

  attribute(logicalId: string, attribute: string): unknown {
    const { attributes } = this.#identity(logicalId);
    if (!Object.hasOwn(attributes, attribute)) throw this.#unknown(`attribute ${logicalId}.${attribute}`);
    return attributes[attribute];
  }

  condition(name: string): boolean {
    const { Conditions } = this.#template;
    if (!Conditions || !Object.hasOwn(Conditions, name)) throw this.#unknown(`condition ${name}`);
    return this.#once(`condition ${name}`, () => resolve(Conditions[name], this) === true);
  }

  imported(name: string): unknown {
    const value = this.#exported.get(name);
    if (!value) throw this.#unknown(`export ${name}`);
    return this.#once(`export ${name}`, value);
  }

  mapped(map: string, first: string, second: string): unknown {
    const value = this.#template.Mappings?.[map]?.[first]?.[second];
    if (value === undefined) throw this.#unknown(`mapping ${map}.${first}.${second}`);
    return value;
  }

  #identity(logicalId: string): Identity {
    const known = this.#identities.get(logicalId);
    if (known) return known;
    const resources = this.#template.Resources ?? {};
    if (!Object.hasOwn(resources, logicalId)) throw this.#unknown(`resource ${logicalId}`);
    const raw = resources[logicalId]!;
    const identity = this.#once(`resource ${logicalId}`, () =>
      identify(
        {
          stack: this.#name,
          logicalId,
          type: raw.Type,
          property: (name) => resolve(raw.Properties?.[name], this),
        },
        this.#place,
      ),
    );
    this.#identities.set(logicalId, identity);
    return identity;
  }

  #once<T>(what: string, compute: () => T): T {
    if (this.#open.has(what)) {
      throw new TemplateError('reference-cycle', `${this.#name}: ${what} depends on itself`);
    }
    this.#open.add(what);
    try {
      return compute();
    } finally {
      this.#open.delete(what);
    }
  }

  #unknown(what: string): TemplateError {
    return new TemplateError('reference-unknown', `${this.#name}: the template refers to ${what}`);
  }
}
