import { useEffect, useState } from "react";
import { raw } from "../../../api/client";
import { asFailure, type Failure } from "../../../api/failure";
import { follow } from "../../../api/stream";
import { append, empty, kept, type Line, type Log } from "./lines";

const gatherMs = 100;
const hiddenMs = 15_000;

export type Connection = "connecting" | "live" | "lost" | "still";

// useLog reads a plugin's log: live where the plugin is installed, whose stream stays open while it is stopped; else once, since nothing
// more will come. Like the stream of events it is closed while nobody sees the page, and goes on after the last line.
export function useLog(id: string, live: boolean): { log: Log; connection: Connection; failure: Failure | null } {
  const [log, setLog] = useState(empty);
  const [connection, setConnection] = useState<Connection>("connecting");
  const [failure, setFailure] = useState<Failure | null>(null);

  useEffect(() => {
    let last = 0;
    let gathered: Line[] = [];
    let gather: ReturnType<typeof setTimeout> | undefined;
    let hidden: ReturnType<typeof setTimeout> | undefined;
    let stop: (() => void) | undefined;
    const url = `/api/v1/plugins/${encodeURIComponent(id)}/logs`;
    setLog(empty);
    setFailure(null);
    setConnection("connecting");

    function take() {
      const more = gathered;
      gathered = [];
      gather = undefined;
      setLog((log) => append(log, more));
    }
    function open() {
      stop = follow(`${url}?follow=true&tail=${kept}${last ? `&after=${last}` : ""}`, {
        onOpen: () => setConnection("live"),
        onMessage({ data }) {
          const line: Line = JSON.parse(data);
          last = Math.max(last, line.seq);
          gathered.push(line);
          gather ??= setTimeout(take, gatherMs);
        },
        onLost: () => setConnection("lost"),
        onRefused: setFailure,
      });
    }
    function seen() {
      clearTimeout(hidden);
      if (document.visibilityState === "visible") {
        if (!stop) open();
        return;
      }
      hidden = setTimeout(() => {
        stop?.();
        stop = undefined;
      }, hiddenMs);
    }
    if (live) {
      open();
      document.addEventListener("visibilitychange", seen);
    } else {
      const once = new AbortController();
      stop = () => once.abort();
      read(url, once.signal).then(
        (lines) => {
          setLog(append(empty, lines));
          setConnection("still");
        },
        (e) => once.signal.aborted || setFailure(asFailure(e)),
      );
    }
    return () => {
      document.removeEventListener("visibilitychange", seen);
      clearTimeout(hidden);
      clearTimeout(gather);
      stop?.();
    };
  }, [id, live]);

  return { log, connection, failure };
}

// read gets all lines that the host gives.
export async function read(url: string, signal?: AbortSignal): Promise<Line[]> {
  const text = await (await raw(`${url}?tail=${kept}`, { signal: signal ?? null })).text();
  return text
    .split("\n")
    .filter(Boolean)
    .map((l) => JSON.parse(l) as Line);
}
