import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, done, type Schema } from "../../../api/client";
import { type LiveEvent, useLive } from "../../../api/live";
import { describe, failed, type Kind, type Told, types } from "./describe";

export interface Entry {
  event: LiveEvent;
  told: Told;
}

const liveMost = 500;

// useEvents is a plugin's history, newest first, page by page, with what happens meanwhile before it. The key is not one of those that
// events make old: what happens comes by itself, and the host writes it down a moment later.
export function useEvents(id: string, kind: Kind | null) {
  const [live, setLive] = useState<LiveEvent[]>([]);
  useLive((e) => {
    if (e.plugin === id && e.type !== "job.progress") setLive((list) => [e, ...list].slice(0, liveMost));
  });

  const query = useInfiniteQuery({
    queryKey: ["events", id, kind],
    queryFn: ({ pageParam }) =>
      done(
        api.GET("/api/v1/plugins/{id}/events", {
          params: { path: { id }, query: { limit: 100, ...(kind && { type: types[kind] }), ...(pageParam && { cursor: pageParam }) } },
          headers: { accept: "application/json" },
        }),
      ) as Promise<Schema["EventList"]>,
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

  const entries = useMemo(() => {
    const seen = new Map<number, LiveEvent>();
    for (const e of live) if (!kind || wanted(e.type, types[kind])) seen.set(e.seq, e);
    for (const page of query.data?.pages ?? []) for (const e of page.items) seen.set(e.seq, e);
    const out: Entry[] = [];
    for (const event of [...seen.values()].sort((a, b) => b.seq - a.seq)) {
      const told = describe(event);
      if (told && (kind !== "failures" || failed(told))) out.push({ event, told });
    }
    return out;
  }, [live, query.data, kind]);
  return { query, entries };
}

const wanted = (type: string, list: string) =>
  list.split(",").some((t) => (t.endsWith("*") ? type.startsWith(t.slice(0, -1)) : t === type));
