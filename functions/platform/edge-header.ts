/** The header by which a distribution before the API shows that a request came through it. */
export const EDGE_HEADER = 'x-countersign-edge';
