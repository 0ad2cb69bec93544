import { BarChart, LineChart } from "@mantine/charts";
import { Group, Paper, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { bytes } from "../../../parts/format";
import classes from "./Metrics.module.css";
import { filled, type Point, type Series, summed, type Window } from "./series";

// Chart is one number over the window. All of them look alike; what it came to is said beside its name, and the table has the rest.
export function Chart({
  series,
  points,
  step,
  window,
  limit,
}: {
  series: Series;
  points: Point[];
  step: number;
  window: Window;
  limit: number | null;
}) {
  const { t } = useTranslation();
  const name = t(`metrics.${series.name}`);
  const data = filled(points, step, window).map(({ time, point }) => ({ time: clock(time, window), [name]: point && series.value(point) }));
  const sum = summed(series, points);
  const top = Math.max(sum ?? 0, limit ?? 0);
  const color = series.name === "errors" ? "red.6" : "zone.5";
  const shared = {
    h: 150,
    data,
    dataKey: "time",
    series: [{ name, color }],
    valueFormatter: series.form,
    tickLine: "none" as const,
    gridAxis: "x" as const,
    tooltipAnimationDuration: 0,
    xAxisProps: { minTickGap: 48 },
    yAxisProps: {
      width: 64,
      tickCount: 4,
      allowDecimals: !series.bars,
      domain: [0, limit ? Math.ceil(top * 1.1) : "auto"] as [number, number | "auto"],
      ticks: limit ? [0, limit / 4, limit / 2, (limit / 4) * 3, limit] : undefined,
    },
  };
  return (
    <Paper withBorder p="md" component="figure" m={0} data-metric={series.name}>
      <Group justify="space-between" mb="xs" component="figcaption">
        <Text fw={600} size="sm">
          {name}
        </Text>
        <Text size="sm" c="dimmed" data-sum>
          {sum === null ? t("metrics.none") : t(series.bars ? "metrics.sum" : "metrics.highest", { value: series.form(sum) })}
          {limit !== null && ` · ${t("metrics.limit", { value: bytes(limit) })}`}
        </Text>
      </Group>
      <div aria-hidden="true" className={classes.chart}>
        {series.bars ? (
          <BarChart
            {...shared}
            barChartProps={{ accessibilityLayer: false }}
            barProps={{ isAnimationActive: false, radius: 2, minPointSize: 0 }}
          />
        ) : (
          <LineChart
            {...shared}
            curveType="linear"
            connectNulls={false}
            strokeWidth={2}
            dotProps={{ r: 1.5, strokeWidth: 1 }}
            lineChartProps={{ accessibilityLayer: false }}
            lineProps={{ isAnimationActive: false }}
            referenceLines={
              limit === null ? [] : [{ y: limit, color: "red.6", label: t("metrics.limitShort"), labelPosition: "insideTopRight" }]
            }
          />
        )}
      </div>
    </Paper>
  );
}

// clock is a time of day; over a day the steps of yesterday have the same names as no others, since a day has 96 of them.
function clock(time: string, window: Window): string {
  const d = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return window === "day" && d.toDateString() !== new Date().toDateString()
    ? `${two(d.getDate())}. ${two(d.getHours())}:${two(d.getMinutes())}`
    : `${two(d.getHours())}:${two(d.getMinutes())}`;
}
