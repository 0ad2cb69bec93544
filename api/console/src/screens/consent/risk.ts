import type { Schema } from "../../api/client";
import type { Plan } from "./plan";

const ranks = { high: 3, medium: 2, low: 1, info: 0 } as const;
export type Severity = Schema["Finding"]["severity"];

// bySeverity puts the worst first and keeps the order else.
export const bySeverity = <T extends { severity: Severity }>(list: T[]) => list.toSorted((a, b) => ranks[b.severity] - ranks[a.severity]);

// Risk is how much care a plan takes: the worst severity of what is known of it, and the findings that make it so. Who asks for more than
// before is to be looked at in any case.
export interface Risk {
  level: "low" | "medium" | "high";
  reasons: Schema["Finding"][];
  more: boolean;
}

export function riskOf(plan: Pick<Plan, "findings" | "installed" | "added">): Risk {
  const more = plan.installed !== null && plan.added.length > 0;
  const sorted = bySeverity(plan.findings);
  const worst = sorted[0]?.severity ?? "info";
  const level = worst === "high" ? "high" : worst === "medium" || more ? "medium" : "low";
  const counts = worst !== "high" && worst !== "medium" ? [] : sorted.filter((f) => f.severity === worst);
  return { level, more, reasons: counts.filter((f, n) => counts.findIndex((g) => g.code === f.code) === n) };
}
