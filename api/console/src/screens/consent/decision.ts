import type { Schema } from "../../api/client";
import { type Grants, grantsOf, keyOf, type Need, needsOf } from "../../parts/grants";
import type { Plan } from "./plan";

// Decision is what somebody said about a plan so far.
export interface Decision {
  grant: "requested" | "less" | "observe";
  // chosen holds the keys of the permissions that are granted, for "less".
  chosen: string[];
  words: Schema["Word"][];
  typed: string;
  // settings is the JSON in the place of what is refused; "" until something was written.
  settings: string;
}

// choices are what can be granted one by one: what is asked for, and in the place of every address the hosts that the code names.
export function choices(plan: Plan): { asked: Need[]; suggested: Need[] } {
  const asked = needsOf(plan.requested);
  const suggested = plan.requested.unrestrictedNetwork
    ? plan.suggestedHosts.map((h) => ({ code: "network", value: h.includes(":") ? h : `${h}:443` }))
    : [];
  return { asked, suggested };
}

// undecided is the decision that one begins with: all that is asked for, and nothing said explicitly.
export const undecided = (plan: Plan): Decision => ({
  grant: "requested",
  chosen: [...needsOf(plan.requested).filter((n) => n.value !== "*"), ...choices(plan).suggested].map(keyOf),
  words: [],
  typed: "",
  settings: "",
});

// grantsFor is what the installation is told to grant.
export function grantsFor(plan: Plan, d: Decision): "requested" | "observe" | Grants {
  if (d.grant !== "less") return d.grant;
  const { asked, suggested } = choices(plan);
  return grantsOf([...asked, ...suggested].filter((n) => d.chosen.includes(keyOf(n))));
}

// wantsName tells whether the name has to be typed: nobody signed a Node plugin that is about to reach every address.
export const wantsName = (plan: Plan, d: Decision) =>
  plan.signature === "unsigned" &&
  plan.runtime === "node" &&
  plan.requested.unrestrictedNetwork === true &&
  !plan.granted?.unrestrictedNetwork &&
  (d.grant === "requested" || (d.grant === "less" && d.chosen.includes("network *")));

// parsed is the settings that were written, or why they are none.
export function parsed(text: string): { values: Record<string, unknown> } | { why: string } {
  try {
    const values = JSON.parse(text);
    return typeof values === "object" && values !== null && !Array.isArray(values) ? { values } : { why: "{ … }" };
  } catch (e) {
    return { why: e instanceof Error ? e.message : String(e) };
  }
}

// plainValues is the settings without their secrets, which stay where they are not named.
export function plainValues(values: Record<string, unknown>): Record<string, unknown> {
  const isObject = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null && !Array.isArray(v);
  const entries = Object.entries(values).filter(([, v]) => !(isObject(v) && v.set === true && "fingerprint" in v));
  return Object.fromEntries(entries.map(([k, v]) => [k, isObject(v) ? plainValues(v) : v]));
}

// Blocked is why an installation cannot begin yet.
export type Blocked = "signature" | "needs" | "name" | "settings";

export function blockedBy(plan: Plan, d: Decision): Blocked | null {
  if (plan.signature === "modified" || plan.signature === "revoked") return "signature";
  if (plan.needs.some((n) => !d.words.includes(n.word))) return "needs";
  if (wantsName(plan, d) && d.typed.trim() !== plan.name) return "name";
  if (plan.settings.refused.length && "why" in parsed(d.settings)) return "settings";
  return null;
}

// requestFor is the body of the installation. start is not said of pages, which have nothing to start.
export function requestFor(plan: Plan, d: Decision, start: boolean | undefined): Schema["InstallRequest"] {
  const settings = plan.settings.refused.length ? parsed(d.settings) : null;
  return {
    version: plan.version,
    grants: grantsFor(plan, d),
    ...(plan.needs.length && { allow: d.words }),
    ...(settings && "values" in settings && { settings: settings.values }),
    ...(start !== undefined && { start }),
  };
}
