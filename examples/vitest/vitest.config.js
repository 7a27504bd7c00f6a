import { defineConfig } from 'vitest/config';

// One simulated browser is enough; these tests run in both.
export default defineConfig({
  test: {
    projects: ['jsdom', 'happy-dom'].map((environment) => ({ test: { name: environment, environment } })),
  },
});
