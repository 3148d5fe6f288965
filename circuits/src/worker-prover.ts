// SPDX-License-Identifier: GPL-3.0-or-later
import { CountersignError, type FieldProblem } from '../../functions/platform/errors.ts';
import { type Proven, type Prover, type ProvingArtefacts, type ProvingStage, prove } from './prove.ts';
import { ProvingError } from './proving-error.ts';
import type { WitnessInputs } from './witness-inputs.ts';

/** The part of `Worker`, `MessagePort` and a worker's own `self` that passes messages. */
export interface MessageEnd {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: () => void): void;
}

type Order =
  | { readonly kind: 'artefacts'; readonly artefacts: ProvingArtefacts }
  | { readonly kind: 'prove'; readonly id: number; readonly inputs: WitnessInputs };

type Report =
  | { readonly kind: 'progress'; readonly id: number; readonly stage: ProvingStage }
  | { readonly kind: 'proven'; readonly id: number; readonly proven: Proven }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly fields: readonly FieldProblem[];
    };

/**
 * A prover whose work is done elsewhere, so that a page stays responsive.
 *
 * @param worker one that runs `proving-worker.ts`. @param artefacts sent to it once.
 * @throws (from the prover) ProvingError as the other end's prover, and `proof-failed` when the worker fails.
 * @example
 * ```ts
 * const worker = new Worker(new URL('./proving-worker.js', import.meta.url), { type: 'module' });
 * const prover = workerProver(worker, artefacts);
 * ```
 */
export function workerProver(worker: MessageEnd, artefacts: ProvingArtefacts): Prover {
  const waiting = new Map<number, (report: Report) => void>();
  let last = 0;
  worker.addEventListener('message', ({ data }) => {
    const report = data as Report;
    waiting.get(report.id)?.(report);
  });
  // Its script could not be loaded, or its memory ran out: nobody would ever answer.
  let failed = false;
  const gone = (id: number): Report => ({
    kind: 'failed',
    id,
    code: 'proof-failed',
    message: 'The proving worker has failed: make another',
    fields: [],
  });
  const failAll = (): void => {
    failed = true;
    for (const [id, tell] of waiting) tell(gone(id));
  };
  worker.addEventListener('error', failAll);
  worker.addEventListener('messageerror', failAll);
  worker.postMessage({ kind: 'artefacts', artefacts } satisfies Order);
  return (inputs, onProgress) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, (report) => {
        if (report.kind === 'progress') return onProgress?.(report.stage);
        waiting.delete(id);
        if (report.kind === 'proven') return resolve(report.proven);
        reject(
          new ProvingError(report.code, report.message, {
            ...(report.fields[0] && { field: report.fields[0].field }),
          }),
        );
      });
      if (failed) waiting.get(id)!(gone(id));
      else worker.postMessage({ kind: 'prove', id, inputs } satisfies Order);
    });
}

/** The other end: proves what it is told to. `proving-worker.ts` serves a worker's own end. */
export function serveProving(end: MessageEnd): void {
  let artefacts: ProvingArtefacts | undefined;
  end.addEventListener('message', ({ data }) => {
    const order = data as Order;
    if (order.kind === 'artefacts') artefacts = order.artefacts;
    else if (artefacts !== undefined) void answer(end, artefacts, order);
  });
}

async function answer(
  end: MessageEnd,
  artefacts: ProvingArtefacts,
  { id, inputs }: Extract<Order, { kind: 'prove' }>,
): Promise<void> {
  const report = (message: Report): void => end.postMessage(message);
  try {
    const onProgress = (stage: ProvingStage): void => report({ kind: 'progress', id, stage });
    report({ kind: 'proven', id, proven: await prove(inputs, artefacts, { onProgress }) });
  } catch (error) {
    const known = error instanceof CountersignError ? error : undefined;
    const message = known?.message ?? 'Proving failed';
    report({ kind: 'failed', id, code: known?.code ?? 'proof-failed', message, fields: known?.fields ?? [] });
  }
}
