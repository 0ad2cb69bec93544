import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Plugin } from "vite";
import aliases from "./aliases.json" with { type: "json" };

const folder = path.join(path.dirname(createRequire(import.meta.url).resolve("@mdi/svg/package.json")), "svg");

// pluginIcons puts the icons that a manifest may name (icon-*) into the build, one file each: those of today's set, and under the names of
// 1.x that it lacks what comes nearest. The host answers for names that are neither.
//
// The module virtual:icon-names has all the names, for who looks for one.
export function pluginIcons(): Plugin {
  const names = "virtual:icon-names";
  const files = readdirSync(folder).map((file) => file.slice(0, -4));
  return {
    name: "plugin-icons",
    apply: "build",
    resolveId: (id) => (id === names ? `\0${names}` : undefined),
    load: (id) => (id === `\0${names}` ? `export default ${JSON.stringify([...files, ...Object.keys(aliases)].sort())}` : undefined),
    generateBundle() {
      const emit = (name: string, from: string) =>
        this.emitFile({ type: "asset", fileName: `icons/${name}.svg`, source: readFileSync(path.join(folder, `${from}.svg`)) });
      for (const file of files) emit(file, file);
      for (const [name, from] of Object.entries(aliases)) {
        if (existsSync(path.join(folder, `${name}.svg`))) throw new Error(`icons/aliases.json: ${name} needs no alias`);
        emit(name, from);
      }
    },
  };
}
