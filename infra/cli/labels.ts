import type { Label } from '../../functions/reviews/labels.ts';
import type { OperatorApi } from './api.ts';

/**
 * Every labelled decision of the tenant, page by page: what `npm run train -- --log` reads.
 *
 * @throws ApiError
 */
export async function* labelsOf(api: OperatorApi): AsyncGenerator<Label> {
  let after: string | undefined;
  do {
    const from = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const page = await api.get<{ labels: Label[]; next?: string }>(`/v1/labels?limit=100${from}`);
    yield* page.labels;
    after = page.next;
  } while (after !== undefined);
}
