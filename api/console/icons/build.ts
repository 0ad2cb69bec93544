import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Plugin } from "vite";
import aliases from "./aliases.json" with { type: "json" };

const folder = path.join(path.dirname(createRequire(import.meta.url).resolve("@mdi/svg/package.json")), "svg");

// pluginIcons puts the icons that a manifest may name (icon-*) into the build, one file each: those of today's set, and under the names of
// 1.x that it lacks what comes nearest. The host answers for names that are neither.
export function pluginIcons(): Plugin {
  return {
    name: "plugin-icons",
    apply: "build",
    generateBundle() {
      const emit = (name: string, from: string) =>
        this.emitFile({ type: "asset", fileName: `icons/${name}.svg`, source: readFileSync(path.join(folder, `${from}.svg`)) });
      for (const file of readdirSync(folder)) emit(file.slice(0, -4), file.slice(0, -4));
      for (const [name, from] of Object.entries(aliases)) {
        if (existsSync(path.join(folder, `${name}.svg`))) throw new Error(`icons/aliases.json: ${name} needs no alias`);
        emit(name, from);
      }
    },
  };
}
