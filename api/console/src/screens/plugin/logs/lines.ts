import type { Schema } from "../../../api/client";
import { plain } from "../../../parts/neutral";

export type Line = Schema["LogLine"];
export type Stream = Line["stream"];

export const streams: Stream[] = ["stdout", "stderr", "host"];

// kept is how many lines are kept in memory; the host gives no more of the past either.
export const kept = 10_000;

// Log is what came, the oldest first, and how many lines there were in all.
export interface Log {
  lines: readonly Line[];
  total: number;
}

export const empty: Log = { lines: [], total: 0 };

// append is the log with more lines, without the oldest that are too many.
export const append = (log: Log, more: Line[]): Log => ({
  lines: more.length < kept ? [...log.lines.slice(-(kept - more.length)), ...more] : more.slice(-kept),
  total: log.total + more.length,
});

export interface Filter {
  text: string;
  streams: Stream[];
  // since is in seconds before now; 0 for all.
  since: number;
}

export const filters = (f: Filter) => f.text !== "" || f.streams.length < streams.length || f.since > 0;

// matching tells of each line whether the filter lets it through. A log that is not filtered costs nothing.
export function matching(f: Filter, now: number): ((l: Line) => boolean) | null {
  if (!filters(f)) return null;
  const wanted = f.text.toLowerCase();
  const from = f.since ? new Date(now - f.since * 1000).toISOString() : "";
  return (l) => f.streams.includes(l.stream) && l.time >= from && (wanted === "" || plain(l.text).toLowerCase().includes(wanted));
}

// fresh is how many matching lines came after then.
export function fresh(then: Log, now: Log, match: ((l: Line) => boolean) | null): number {
  const n = now.total - then.total;
  if (!match || n > kept) return n;
  return n ? now.lines.slice(-n).filter(match).length : 0;
}

// Mark is a line of the host that separates what came before from what comes after.
export type Mark = "start" | "end" | "restart" | "note";

export function markOf(l: Line): Mark | null {
  if (l.stream !== "host") return null;
  if (l.text.startsWith("starting version ")) return "start";
  if (l.text.startsWith("ended: ")) return "end";
  return l.text.startsWith("restart in ") ? "restart" : "note";
}

// blocks groups lines by hundreds of their numbers, so that a block stays the same while lines come and go elsewhere.
export function blocks(lines: readonly Line[]): { key: number; lines: Line[] }[] {
  const out: { key: number; lines: Line[] }[] = [];
  for (const l of lines) {
    const key = Math.floor(l.seq / 100);
    const last = out.at(-1);
    if (last?.key === key) last.lines.push(l);
    else out.push({ key, lines: [l] });
  }
  return out;
}

// file is the log as a text file, with nothing in it that a terminal obeys.
export const file = (lines: readonly Line[]) => lines.map((l) => `${l.time} ${l.stream} ${plain(l.text)}\n`).join("");
