import {
  mdiAccountLockOpenOutline,
  mdiAlertCircleOutline,
  mdiArchiveArrowDownOutline,
  mdiCheckDecagramOutline,
  mdiCogOutline,
  mdiFileEditOutline,
  mdiHistory,
  mdiInformationOutline,
  mdiLanDisconnect,
  mdiPackageDown,
  mdiPackageVariantRemove,
  mdiPencilOutline,
  mdiPlayCircleOutline,
  mdiRestart,
  mdiShieldAlertOutline,
  mdiStopCircleOutline,
  mdiTrashCanOutline,
  mdiUpload,
} from "@mdi/js";
import type { LiveEvent } from "../../../api/live";
import { neutral } from "../../../parts/neutral";

export const kinds = ["lifecycle", "access", "settings", "failures"] as const;
export type Kind = (typeof kinds)[number];

// types are what the host is asked for to show a kind. Failures are found among them by what they say.
export const types: Record<Kind, string> = {
  lifecycle:
    "plugin.uploaded,plugin.installed,plugin.uninstalled,plugin.removed,plugin.rolled_back,plugin.proven,plugin.exported,plugin.start,plugin.stop,plugin.restart,plugin.state,plugin.mended,plugin.released,job.*",
  access: "plugin.grants,egress.denied",
  settings: "plugin.settings,plugin.edited,plugin.file",
  failures: "plugin.state,job.ended,job.cancelled,plugin.quarantined,plugin.files_changed,plugin.rolled_back,egress.denied",
};

// Told is an event in plain words: a text, what is in it, and how it looks.
export interface Told {
  text: string;
  values: Record<string, string | number>;
  icon: string;
  tone: "plain" | "good" | "warning" | "bad";
}

const icons: Record<string, [string, Told["tone"]]> = {
  "plugin.uploaded": [mdiUpload, "plain"],
  "plugin.installed": [mdiPackageDown, "good"],
  "plugin.uninstalled": [mdiPackageVariantRemove, "plain"],
  "plugin.removed": [mdiTrashCanOutline, "plain"],
  "plugin.rolled_back": [mdiHistory, "warning"],
  "plugin.proven": [mdiCheckDecagramOutline, "good"],
  "plugin.exported": [mdiArchiveArrowDownOutline, "plain"],
  "plugin.start": [mdiPlayCircleOutline, "plain"],
  "plugin.stop": [mdiStopCircleOutline, "plain"],
  "plugin.restart": [mdiRestart, "plain"],
  "plugin.edited": [mdiPencilOutline, "plain"],
  "plugin.settings": [mdiCogOutline, "plain"],
  "plugin.grants": [mdiAccountLockOpenOutline, "plain"],
  "plugin.file": [mdiFileEditOutline, "plain"],
  "plugin.quarantined": [mdiShieldAlertOutline, "bad"],
  "plugin.released": [mdiCheckDecagramOutline, "good"],
  "plugin.files_changed": [mdiShieldAlertOutline, "bad"],
  "plugin.mended": [mdiCheckDecagramOutline, "good"],
  "egress.denied": [mdiLanDisconnect, "warning"],
  "job.cancelled": [mdiStopCircleOutline, "warning"],
};

const word = (v: unknown) => (typeof v === "string" || typeof v === "number" ? neutral(String(v)).slice(0, 500) : "");

// describe is nothing for what other events tell already.
export function describe(e: LiveEvent): Told | null {
  const d = e.data ?? {};
  if (e.type === "plugin.state") return state(d);
  if (e.type === "job.ended") {
    if (d.state === "failed") return job(d);
    return null;
  }
  if (e.type.startsWith("job.") && e.type !== "job.cancelled") return null;
  const known = icons[e.type];
  if (!known) return { text: "other", values: { type: neutral(e.type) }, icon: mdiInformationOutline, tone: "plain" };
  const values = {
    version: word(d.version),
    path: word(d.path),
    target: word(d.target),
    reason: word(d.reason),
    cause: word(d.cause),
    count: Number(d.count ?? 1),
  };
  const text =
    e.type === "plugin.file" && d.removed
      ? "file_removed"
      : e.type === "plugin.rolled_back" && d.cause
        ? "taken_back"
        : e.type.replace(/^plugin\./, "").replace(".", "_");
  return { text, values, icon: known[0], tone: known[1] };
}

function state(d: Record<string, unknown>): Told {
  const cause = word((d.exit as Record<string, unknown> | undefined)?.cause);
  const to = String(d.to);
  const text = `state_${to}${cause && to === "stopped" ? "_cause" : ""}`;
  const looks: Record<string, [string, Told["tone"]]> = {
    running: [mdiPlayCircleOutline, "good"],
    backoff: [mdiAlertCircleOutline, "warning"],
    failed: [mdiAlertCircleOutline, "bad"],
    starting: [mdiPlayCircleOutline, "plain"],
  };
  const [icon, tone] = looks[to] ?? [mdiStopCircleOutline, "plain"];
  return { text, values: { cause }, icon, tone };
}

const job = (d: Record<string, unknown>): Told => ({
  text: "job_failed",
  values: { kind: word(d.kind), detail: word(d.detail) || word(d.code) },
  icon: mdiAlertCircleOutline,
  tone: "bad",
});

// failed tells whether an event is one of a failure.
export const failed = (told: Told) => told.tone === "bad" || told.tone === "warning";
