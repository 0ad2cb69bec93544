import type { CSSProperties } from "react";
import classes from "./Icon.module.css";

// Icon is a sign of the console's own, as a path of @mdi/js. It is decoration: what it means stands beside it or in a label.
export function Icon({ path, size = 18 }: { path: string; size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="currentColor" aria-hidden="true" className={classes.icon}>
      <path d={path} />
    </svg>
  );
}

// PluginIcon is the icon that a manifest names (icon-*), in the colour of the text. The host answers icon-apps for a name that there is not.
export function PluginIcon({ name, size = 20 }: { name: string; size?: number }) {
  const file = /^icon-[a-z0-9-]{1,64}$/.test(name) ? name.slice(5) : "apps";
  return (
    <span
      aria-hidden="true"
      className={classes.mask}
      style={{ "--icon": `url("/console/icons/${file}.svg")`, width: size, height: size } as CSSProperties}
    />
  );
}

// PluginAvatar is the icon on a coloured tile; the colour follows from the id, so that a plugin has the same one everywhere.
export function PluginAvatar({ id, name, size = 40 }: { id: string; name: string; size?: number }) {
  let hash = 0;
  for (const c of id) hash = (hash * 31 + c.charCodeAt(0)) % 3600;
  return (
    <span className={classes.avatar} style={{ "--hue": hash / 10, width: size, height: size } as CSSProperties}>
      <PluginIcon name={name} size={Math.round(size * 0.55)} />
    </span>
  );
}
