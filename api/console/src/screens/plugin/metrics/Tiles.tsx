import { Paper } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "../../../api/client";
import { bytes, duration, number } from "../../../parts/format";
import classes from "./Metrics.module.css";
import { all, last, type Point } from "./series";

// Tiles are what the plugin uses now.
export function Tiles({ stats, points }: { stats: Schema["Stats"]; points: Point[] }) {
  const { t } = useTranslation();
  const runs = stats.uptimeSeconds > 0;
  const cpu = all[0];
  const used = cpu && runs ? last(cpu, points) : null;
  return (
    <dl className={classes.tiles} aria-label={t("metrics.now")}>
      <Tile name="uptime" value={runs ? duration(stats.uptimeSeconds) : null} />
      <Tile name="memory" value={runs ? bytes(stats.memoryBytes) : null} part={stats.memoryBytes} of={stats.memoryLimitBytes} />
      <Tile name="cpu" value={used === null || !cpu ? null : cpu.form(used)} />
      <Tile name="active" value={runs ? number(stats.requestsActive) : null} />
      <Tile name="processes" value={runs ? number(stats.processes) : null} />
      <Tile name="openFiles" value={runs ? number(stats.openFiles) : null} />
      <Tile name="data" value={bytes(stats.dataBytes)} part={stats.dataBytes} of={stats.dataLimitBytes} />
      <Tile name="restarts" value={number(stats.restarts)} />
    </dl>
  );
}

type Name = "uptime" | "memory" | "cpu" | "active" | "processes" | "openFiles" | "data" | "restarts";

function Tile({ name, value, part, of }: { name: Name; value: string | null; part?: number; of?: number }) {
  const { t } = useTranslation();
  const share = part && of ? Math.min(1, part / of) : 0;
  return (
    <Paper withBorder className={classes.tile} data-tile={name}>
      <dt>{t(`metrics.${name}`)}</dt>
      <dd>
        {value ?? "—"}
        {of ? <small> / {bytes(of)}</small> : null}
        {of ? (
          <div className={classes.meter} aria-hidden="true">
            <div style={{ width: `${share * 100}%` }} data-high={share > 0.9 || undefined} />
          </div>
        ) : null}
      </dd>
    </Paper>
  );
}
