/**
 * How every AWS client is set up: short timeouts and few attempts, since somebody waits at a login form and a
 * stated fallback exists, and connections kept alive.
 */
export const CLIENT_SETTINGS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, httpsAgent: { keepAlive: true } },
} as const;
