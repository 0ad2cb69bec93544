import "@mantine/charts/styles.css";
import { Group, SegmentedControl, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, done } from "../../../api/client";
import { dateTime } from "../../../parts/format";
import { Loaded } from "../../../parts/Loaded";
import { useParam } from "../../../parts/useParam";
import { Chart } from "../metrics/Chart";
import { PointTable } from "../metrics/PointTable";
import { all, type Window } from "../metrics/series";
import { Tiles } from "../metrics/Tiles";
import { statsQuery } from "../overview/query";
import type { TabProps } from "../PluginPage";

// Metrics are what a plugin uses now, and what it did over the last hour or day; ?window= and ?as= say how it is shown.
export default function Metrics({ plugin }: TabProps) {
  const { t } = useTranslation();
  const [chosen, setWindow] = useParam("window");
  const window: Window = chosen === "day" ? "day" : "hour";
  const [as, setAs] = useParam("as");
  const asTable = as === "table";
  const script = plugin.type === "script";
  const path = { id: plugin.id };
  const stats = useQuery(statsQuery(plugin.id, script));
  const history = useQuery({
    queryKey: ["plugin", plugin.id, "history", window],
    queryFn: () => done(api.GET("/api/v1/plugins/{id}/stats/history", { params: { path, query: { window } } })),
    refetchInterval: 5000,
    placeholderData: (old) => (old?.window === window ? old : undefined),
  });
  const series = all.filter((s) => script || !s.script);
  return (
    <>
      {script && <Loaded query={stats}>{(s) => <Tiles stats={s} points={history.data?.points ?? []} />}</Loaded>}
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t("metrics.window")}
            value={window}
            onChange={(v) => setWindow(v === "day" ? v : null)}
            data={(["hour", "day"] as const).map((value) => ({ value, label: t(`metrics.windows.${value}`) }))}
          />
          <SegmentedControl
            size="xs"
            aria-label={t("metrics.as")}
            value={asTable ? "table" : "charts"}
            onChange={(v) => setAs(v === "table" ? v : null)}
            data={(["charts", "table"] as const).map((value) => ({ value, label: t(`metrics.forms.${value}`) }))}
          />
        </Group>
        {history.data && (
          <Text size="xs" c="dimmed">
            {t("metrics.since", { time: dateTime(history.data.from) })}
          </Text>
        )}
      </Group>
      <Loaded query={history}>
        {({ points, stepSeconds }) =>
          asTable ? (
            <PointTable points={points} series={series} />
          ) : (
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
              {series.map((s) => (
                <Chart
                  key={s.name}
                  series={s}
                  points={points}
                  step={stepSeconds}
                  window={window}
                  limit={s.name === "memory" ? (stats.data?.memoryLimitBytes ?? null) || null : null}
                />
              ))}
            </SimpleGrid>
          )
        }
      </Loaded>
    </>
  );
}
