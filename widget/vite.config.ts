import { defineConfig } from "vite";

// The build itself is in build.mjs; this is what the tests need.
export default defineConfig({
  define: { CARDS_FILE: '"cards.js"' },
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"] },
});
