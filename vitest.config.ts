import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{infra,functions,circuits,models,client,console,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.build/**', '.local/**', 'cdk.out/**'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
