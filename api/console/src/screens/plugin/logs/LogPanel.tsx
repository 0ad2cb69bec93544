import { Button, Paper, Stack } from "@mantine/core";
import { useDebouncedValue, useLocalStorage } from "@mantine/hooks";
import { mdiArrowDown } from "@mdi/js";
import { type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Plugin } from "../../../api/queries";
import { Failed } from "../../../parts/Failed";
import { number } from "../../../parts/format";
import { Icon } from "../../../parts/Icon";
import { Nothing } from "../../../parts/Page";
import classes from "./Logs.module.css";
import { LogTools, type Look } from "./LogTools";
import { LogView } from "./LogView";
import { fresh, type Log, matching } from "./lines";
import { useLog } from "./useLog";
import { useLogFilter } from "./useLogFilter";

// LogPanel is the log of a script. A pause freezes what is shown: the place is kept and nothing goes from it, while lines that come are kept
// behind it and counted.
export function LogPanel({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const { log, connection, failure } = useLog(plugin.id, plugin.active);
  const [filter, setFilter, clearFilter] = useLogFilter();
  const [look, setLook] = useLocalStorage<Look>({
    key: "appzone.log",
    defaultValue: { wrap: true, times: true },
    getInitialValueInEffect: false,
  });
  const [frozen, setFrozen] = useState<{ log: Log; byHand: boolean } | null>(null);
  const view = useRef<HTMLDivElement>(null);

  const shown = useDeferredValue(frozen?.log ?? log);
  const text = useDeferredValue(filter.text);
  const match = useMemo(
    () => matching({ text, streams: filter.streams, since: filter.since }, Date.now()),
    [text, filter.since, filter.streams],
  );
  const lines = useMemo(() => (match ? shown.lines.filter(match) : shown.lines), [shown, match]);
  const news = useMemo(() => (frozen ? fresh(frozen.log, log, match) : 0), [frozen, log, match]);
  const [said] = useDebouncedValue(news, 2000);

  const pause = (byHand: boolean) => setFrozen((f) => f ?? { log, byHand });
  const toggle = () => (frozen ? setFrozen(null) : pause(true));
  const key = (e: KeyboardEvent) => {
    if (e.target !== view.current || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "End") setFrozen(null);
    else if (e.key === " ") toggle();
    else return;
    e.preventDefault();
  };

  if (failure) return <Failed error={failure} />;
  const state =
    connection !== "live" ? connection : frozen ? "paused" : plugin.state === "stopped" || plugin.state === "failed" ? "stopped" : "live";
  return (
    <Stack gap="sm">
      <LogTools
        id={plugin.id}
        filter={filter}
        onFilter={setFilter}
        look={look}
        onLook={setLook}
        paused={frozen !== null}
        onPause={toggle}
      />
      <Paper withBorder className={classes.frame}>
        {lines.length === 0 && connection !== "connecting" ? (
          <Nothing title={shown.total ? t("logs.noMatch") : t("logs.nothing")}>
            {shown.total ? (
              <Button variant="default" size="xs" onClick={clearFilter}>
                {t("common.clearFilter")}
              </Button>
            ) : (
              t("logs.nothingDetail")
            )}
          </Nothing>
        ) : (
          <LogView
            label={t("logs.log", { name: plugin.name })}
            lines={lines}
            wanted={text.toLowerCase()}
            look={look}
            stuck={!frozen}
            onUp={() => pause(false)}
            onEnd={() => setFrozen((f) => (f?.byHand ? f : null))}
            onKey={key}
            view={view}
          />
        )}
        <div style={{ position: "relative" }}>
          {frozen && (
            <Button
              className={classes.jump}
              size="xs"
              leftSection={<Icon path={mdiArrowDown} size={16} />}
              onClick={() => {
                setFrozen(null);
                view.current?.focus();
              }}
            >
              {news ? t("logs.jump_new", { count: news }) : t("logs.jump")}
            </Button>
          )}
        </div>
        <div className={classes.foot}>
          <span role="status" data-log={state}>
            {t(`logs.${state}`)}
            {frozen && said > 0 && <span className={classes.said}>{t("logs.jump_new", { count: said })}</span>}
          </span>
          <span>
            {match
              ? t("logs.shown", { shown: number(lines.length), total: number(shown.lines.length) })
              : t("logs.lines", { count: shown.lines.length, n: number(shown.lines.length) })}
          </span>
        </div>
      </Paper>
    </Stack>
  );
}
