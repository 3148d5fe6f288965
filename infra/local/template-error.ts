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
