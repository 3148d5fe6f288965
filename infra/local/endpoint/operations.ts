import type { Caller } from '../runtime.ts';

/** One operation: from its input to its output, or an {@link AwsError}. */
export type Operation = (input: Readonly<Record<string, unknown>>, caller: Caller) => unknown;

/** A service's operations by name. */
export type Operations = Readonly<Record<string, Operation>>;
