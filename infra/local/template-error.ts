import { CountersignError } from '../../functions/platform/errors.ts';

/**
 * Local mode cannot run the synthesized app as it is. The codes:
 * `assembly-missing`, `assembly-unreadable`, `resource-refused`, `intrinsic-refused`, `reference-unknown`,
 * `reference-cycle`, `asset-missing`, `property-refused`.
 *
 * @example
 * ```ts
 * throw new TemplateError('resource-refused', 'AWS::Kinesis::Stream "Feed" cannot be run here');
 * ```
 */
export class TemplateError extends CountersignError {
  override readonly name = 'TemplateError';
}

/**
 * The error for a resource that states something local mode cannot do: it is refused, not passed over.
 *
 * @param what completes "local mode cannot run …".
 * @example
 * ```ts
 * throw refusedProperty(mapping, 'filter criteria');
 * ```
 */
export function refusedProperty(
  { stack, logicalId }: { readonly stack: string; readonly logicalId: string },
  what: string,
): TemplateError {
  return new TemplateError('property-refused', `${stack}/${logicalId}: local mode cannot run ${what}`);
}
