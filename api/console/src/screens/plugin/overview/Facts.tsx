import { Code, Progress, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { bytes, duration, number } from "../../../parts/format";
import { Panel } from "../../../parts/Panel";
import { When } from "../../../parts/When";
import classes from "./Overview.module.css";
import { statsQuery } from "./query";

type Fact = [label: string, value: ReactNode] | false | undefined;

function List({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(
        (fact) =>
          fact && (
            <Fragment key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </Fragment>
          ),
      )}
    </dl>
  );
}

// Now is what the process is and uses at this moment.
export function Now({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const running = p.type === "script" && p.state === "running";
  const { data: s } = useQuery(statsQuery(p.id, running));
  if (p.type !== "script" || p.stage !== "installed") return null;
  return (
    <Panel title={t("overview.now")}>
      <List
        facts={[
          [t("overview.process"), p.pid ? <Code key="pid">{p.pid}</Code> : t("overview.noProcess")],
          [t("overview.listening"), p.listening ? t("common.yes") : t("common.no")],
          running && s && [t("overview.uptime"), duration(s.uptimeSeconds)],
          running &&
            s && [t("overview.memory"), <Share key="memory" label={t("overview.memory")} used={s.memoryBytes} of={s.memoryLimitBytes} />],
          running && s && [t("overview.data"), <Share key="data" label={t("overview.data")} used={s.dataBytes} of={s.dataLimitBytes} />],
          running && s && [t("overview.processes"), number(s.processes)],
          running && s && [t("overview.requests"), number(s.requestsActive)],
          [t("overview.restarts"), number(p.restarts)],
          p.lastExit !== null && [
            t("overview.lastExit"),
            <span key="exit">
              {p.lastExit.cause}, <When at={p.lastExit.time} />
            </span>,
          ],
        ]}
      />
    </Panel>
  );
}

function Share({ label, used, of }: { label: string; used: number; of: number }) {
  const { t } = useTranslation();
  if (of <= 0) return <>{bytes(used)}</>;
  const part = Math.min(100, (used / of) * 100);
  return (
    <>
      {t("overview.share", { used: bytes(used), of: bytes(of) })}
      <Progress value={part} color={part > 90 ? "red" : part > 75 ? "yellow" : "zone"} size="sm" mt={4} aria-label={label} />
    </>
  );
}

// Setup is how the plugin is set up: where it shows, what bounds it, and when it came.
export function Setup({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const limits = p.limits as Record<string, number | undefined>;
  const shown = ["memoryMB", "cpuPercent", "pids", "openFiles", "dataMB", "logKBps"] as const;
  return (
    <Panel title={t("overview.setup")}>
      <List
        facts={[
          [t("overview.sidebar"), t(`plugin.sidebar.${p.sidebar}`)],
          Boolean(p.views.admin) && [t("overview.viewAdmin"), p.views.admin],
          Boolean(p.views.agent) && [t("overview.viewAgent"), p.views.agent],
          p.type === "script" && [t("overview.restart"), t(`plugin.policy.${p.restart.policy ?? "on-failure"}`)],
          ...(p.type === "script"
            ? shown.map(
                (name): Fact =>
                  limits[name] !== undefined && [t(`plugin.limit.${name}`), t(`plugin.unit.${name}`, { n: number(limits[name]) })],
              )
            : []),
          Boolean(p.installedAt) && [t("overview.installed"), <When key="at" at={p.installedAt} />],
          [
            t("overview.digest"),
            <Code key="digest" title={p.digest}>
              {p.digest.slice(0, 16)}…
            </Code>,
          ],
          ["ID", <Code key="id">{p.id}</Code>],
        ]}
      />
    </Panel>
  );
}

// Warnings are what the manifest's author should mend.
export function Warnings({ plugin: p }: { plugin: Plugin }) {
  const { t } = useTranslation();
  if (p.warnings.length === 0) return null;
  return (
    <Panel title={t("overview.warnings")} lead={t("overview.warningsLead")}>
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        {p.warnings.map((w) => (
          <li key={`${w.line}:${w.column} ${w.code} ${w.message}`}>
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {w.message}{" "}
              <Text span size="xs" c="dimmed">
                {t("overview.line", { line: w.line, column: w.column })}
              </Text>
            </Text>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
