import { expect, test } from "vitest";
import { all, filled, last, type Point, summed } from "./series";

const point = (minute: number, more: Partial<Point> = {}): Point => ({
  time: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString(),
  cpuPercent: null,
  memoryBytes: null,
  requests: 0,
  errors: 0,
  p95Ms: null,
  restarts: 0,
  ...more,
});
const of = (name: string) =>
  all.find((s) => s.name === name) ??
  (() => {
    throw new Error(name);
  })();

test("steps from before the host's start are gaps", () => {
  const list = filled([point(0), point(1)], 60, "hour");
  expect(list.length).toBe(60);
  expect(list[57]).toEqual({ time: "2026-01-01T11:59:00.000Z", point: null });
  expect(list[59]?.point?.time).toBe(point(1).time);
  expect(filled([point(0)], 900, "day").length).toBe(96);
});

test("what is counted is summed up, of what is measured the highest is told", () => {
  const points = [point(0, { requests: 2, p95Ms: 7 }), point(1, { requests: 3, p95Ms: 4 }), point(2)];
  expect(summed(of("requests"), points)).toBe(5);
  expect(summed(of("p95"), points)).toBe(7);
  expect(last(of("p95"), points)).toBe(4);
  expect(summed(of("cpu"), points)).toBeNull();
});
