import type { Schema } from "../../../api/client";
import { bytes, number } from "../../../parts/format";

export type Point = Schema["HistoryPoint"];
export type Window = "hour" | "day";

// Series is one of the numbers that are kept of a plugin.
export interface Series {
  name: "cpu" | "memory" | "requests" | "errors" | "p95" | "restarts";
  value: (p: Point) => number | null;
  form: (n: number) => string;
  // bars are for what is counted in a step; a line is for what is measured.
  bars: boolean;
  // script tells that pages alone have none.
  script: boolean;
}

const count = (n: number) => number(n);
const percent = (n: number) => `${number(n, n < 10 ? 1 : 0)} %`;
const time = (ms: number) => (ms >= 1000 ? `${number(ms / 1000, 1)} s` : `${number(ms, ms < 10 ? 1 : 0)} ms`);

export const all: Series[] = [
  { name: "cpu", value: (p) => p.cpuPercent, form: percent, bars: false, script: true },
  { name: "memory", value: (p) => p.memoryBytes, form: bytes, bars: false, script: true },
  { name: "requests", value: (p) => p.requests, form: count, bars: true, script: false },
  { name: "errors", value: (p) => p.errors, form: count, bars: true, script: false },
  { name: "p95", value: (p) => p.p95Ms, form: time, bars: false, script: false },
  { name: "restarts", value: (p) => p.restarts, form: count, bars: true, script: true },
];

// filled is a window as whole: before the host began to measure, its steps are gaps, so that a minute does not look like an hour.
export function filled(points: Point[], stepSeconds: number, window: Window): { time: string; point: Point | null }[] {
  const steps = window === "day" ? 96 : 60;
  const first = points[0] ? Date.parse(points[0].time) : Date.now();
  const missing = Math.max(0, steps - points.length);
  const gaps = Array.from({ length: missing }, (_, i) => ({
    time: new Date(first - (missing - i) * stepSeconds * 1000).toISOString(),
    point: null,
  }));
  return [...gaps, ...points.map((point) => ({ time: point.time, point }))];
}

// summed is what a series came to: the sum of what is counted, the highest of what is measured; null where nothing was.
export function summed(series: Series, points: Point[]): number | null {
  const values = points.map(series.value).filter((v) => v !== null);
  if (values.length === 0) return null;
  return series.bars ? values.reduce((a, b) => a + b, 0) : Math.max(...values);
}

// last is the newest that was measured.
export const last = (series: Series, points: Point[]): number | null => points.map(series.value).findLast((v) => v !== null) ?? null;
