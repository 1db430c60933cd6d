import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const islands = resolve(import.meta.dirname, "islands");

// Each folder in islands/ is one island with one entry; a page loads only those that it names.
const entries = Object.fromEntries(
  readdirSync(islands, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => [entry.name, resolve(islands, entry.name, "index.ts")]),
);

export default defineConfig({
  base: "/static/built/",
  build: {
    outDir: resolve(import.meta.dirname, "../machimado/ground/ui/static/built"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    rollupOptions: { input: entries },
    assetsInlineLimit: 0,
  },
});
