import type { PresentationStore } from './presentations.store.ts';

/** What is sent of an answer: who works on it reads the rest from the store, and believes nothing else. */
export interface Answered {
  readonly walletId: string;
}

/** What announcing answers works with. */
export interface AnnounceDeps {
  readonly store: Pick<PresentationStore, 'unannounced' | 'postpone'>;
  readonly send: (message: Answered) => Promise<void>;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** How many answers one sweep announces at most. */
export const ANNOUNCE_LIMIT = 200;

/** After how long an answer that was announced is announced again if its mark is still there, ms. */
export const ANNOUNCE_AGAIN_MS = 900_000;

/**
 * Announces the answers whose announcement a fault lost, and those on which nobody has finished since.
 *
 * @returns how many.
 */
export const announceLate = async ({ store, send, clock }: AnnounceDeps): Promise<number> => {
  let sent = 0;
  for (const mark of await store.unannounced(clock(), ANNOUNCE_LIMIT)) {
    // Sent first: a mark that was put off and then not sent would wait for nothing.
    await send({ walletId: mark.walletId });
    await store.postpone(mark, clock() + ANNOUNCE_AGAIN_MS);
    sent += 1;
  }
  return sent;
};
