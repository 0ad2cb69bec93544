import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { pluginIcons } from "./icons/build.ts";

// compressed writes each file a second and a third time, in the forms that browsers take; the host only picks one.
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }) {
      writeFileSync(`${dir}/.gitkeep`, ""); // the folder is in the repository, so that the host builds without the console
      for (const name of readdirSync(`${dir}/assets`)) {
        const file = path.join(`${dir}/assets`, name);
        const text = readFileSync(file);
        if (text.length < 1024 || !statSync(file).isFile()) continue;
        writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [react(), pluginIcons(), compressed()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // What the login page and the App Zone need is one file: many small ones are larger together, and each waits for the one that names it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } },
  },
});
