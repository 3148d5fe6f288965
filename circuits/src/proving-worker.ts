// SPDX-License-Identifier: GPL-3.0-or-later
// The script of a proving worker in a page: bundle it, and give the worker to `workerProver`.
import { type MessageEnd, serveProving } from './worker-prover.ts';

serveProving(globalThis as unknown as MessageEnd);
