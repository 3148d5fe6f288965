import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Structured logs of a function. Never log an event's payload, a token or an address. */
export const logger = new Logger();

/** Metrics of a function, in CloudWatch's embedded metric format. */
export const metrics = new Metrics();

/**
 * Counts one occurrence.
 *
 * @example
 * ```ts
 * countMetric('EventRejected');
 * ```
 */
export const countMetric = (name: string, count = 1): void => {
  metrics.addMetric(name, MetricUnit.Count, count);
};
