import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Destinations, HostedFunction } from './lambda-host-function.ts';
import type { LocalResource, LocalTemplate } from './template.ts';
import { refusedProperty } from './template-error.ts';

/** Processes per function: two show what concurrency does, and leave the machine usable. */
const CONCURRENCY = 2;

interface FunctionProperties {
  readonly Code?: { readonly S3Key?: string };
  readonly Handler?: string;
  readonly Role?: string;
  readonly Runtime?: string;
  readonly MemorySize?: number;
  readonly Timeout?: number;
  readonly ReservedConcurrentExecutions?: number;
  readonly Layers?: readonly string[];
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

interface InvokeProperties {
  readonly FunctionName: string;
  readonly MaximumRetryAttempts?: number;
  readonly MaximumEventAgeInSeconds?: number;
  readonly DestinationConfig?: {
    readonly OnFailure?: { readonly Destination?: string };
    readonly OnSuccess?: { readonly Destination?: string };
  };
}

/**
 * The functions of a template with their bundles, layers, limits and rules for asynchronous invocation.
 *
 * A value of the environment that begins `/opt/` is pointed at the layer that holds it: one machine has no
 * `/opt` of each function's own.
 *
 * @throws TemplateError `property-refused` for code that is not a bundled asset, a runtime other than Node,
 * or a path under `/opt` that no layer of the function holds; `asset-missing`.
 * @example
 * ```ts
 * functionsOf(template).map(({ name, memoryMb }) => [name, memoryMb]); // [['countersign-local-score', 1769], …]
 * ```
 */
export function functionsOf(template: LocalTemplate): HostedFunction[] {
  const invokeConfigs = template
    .ofType('AWS::Lambda::EventInvokeConfig')
    .map(({ properties }) => properties as unknown as InvokeProperties);
  return template.ofType('AWS::Lambda::Function').map((resource) => {
    const properties = resource.properties as FunctionProperties;
    const config = invokeConfigs.find(
      ({ FunctionName }) => FunctionName === resource.ref || FunctionName === resource.arn,
    );
    if (!properties.Runtime?.startsWith('nodejs'))
      throw refusedProperty(resource, `the runtime ${properties.Runtime}`);
    if (!properties.Code?.S3Key) throw refusedProperty(resource, 'code that is not a bundled asset');
    if (!properties.Handler) throw refusedProperty(resource, 'a function without a handler');
    const layers = (properties.Layers ?? []).map((arn) => layerFolder(template, resource, arn));
    return {
      name: resource.ref,
      arn: resource.arn!,
      roleArn: properties.Role ?? '',
      directory: template.asset(properties.Code.S3Key),
      handler: properties.Handler,
      environment: environmentOf(resource, properties.Environment?.Variables ?? {}, layers),
      memoryMb: properties.MemorySize ?? 128,
      timeoutMs: (properties.Timeout ?? 3) * 1000,
      concurrency: Math.max(1, Math.min(CONCURRENCY, properties.ReservedConcurrentExecutions ?? CONCURRENCY)),
      retries: config?.MaximumRetryAttempts ?? 2,
      maxAgeMs: (config?.MaximumEventAgeInSeconds ?? 6 * 3600) * 1000,
      destinations: destinationsOf(config),
    };
  });
}

function destinationsOf(config: InvokeProperties | undefined): Destinations {
  const onFailure = config?.DestinationConfig?.OnFailure?.Destination;
  const onSuccess = config?.DestinationConfig?.OnSuccess?.Destination;
  return { ...(onFailure ? { onFailure } : {}), ...(onSuccess ? { onSuccess } : {}) };
}

function layerFolder(template: LocalTemplate, resource: LocalResource, arn: string): string {
  const layer = template.resources.find(
    ({ type, ref }) => type === 'AWS::Lambda::LayerVersion' && ref === arn,
  );
  const key = (layer?.properties.Content as { S3Key?: string } | undefined)?.S3Key;
  if (!key) throw refusedProperty(resource, `the layer ${arn}, which the template does not hold`);
  return template.asset(key);
}

function environmentOf(
  resource: LocalResource,
  variables: Readonly<Record<string, unknown>>,
  layers: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const text = String(value);
      if (!text.startsWith('/opt/')) return [name, text];
      // A later layer covers an earlier one, as Lambda unpacks them in order.
      const found = layers.map((folder) => join(folder, text.slice('/opt/'.length))).findLast(existsSync);
      if (!found) throw refusedProperty(resource, `${name}, a path under /opt that none of its layers holds`);
      return [name, found];
    }),
  );
}
