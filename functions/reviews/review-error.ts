import { CountersignError } from '../platform/index.ts';

/**
 * What can go wrong when people have their say: `event-unknown`, `feedback-unknown`, `review-unknown`,
 * `dispute-unknown`, `subject-unknown` (404), `feedback-invalid`, `review-invalid`, `dispute-invalid` (422),
 * `feedback-limit`, `review-conflict`, `rebuild-conflict` (409), `reviewer-unnamed`, `approver-same` (403), `link-invalid` (404),
 * `link-expired`, `link-used`, `review-expired` (410), `review-store-unavailable`, `bus-unavailable` (503).
 */
export class ReviewError extends CountersignError {
  override readonly name = 'ReviewError';
}

/** The error for an event of which this tenant has no decision. */
export const eventUnknown = (): ReviewError =>
  new ReviewError('event-unknown', 'No decision has this event id', { status: 404 });
