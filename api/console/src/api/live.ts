import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useEffectEvent, useRef, useState } from "react";
import { onSignedOut, type Schema } from "./client";
import { madeOld } from "./nouns";
import { sidebarQuery } from "./queries";
import { follow } from "./stream";

export type LiveEvent = Schema["Event"];

// Connection is what is known of the stream of events.
export type Connection = "connecting" | "live" | "lost";

interface Live {
  connection: Connection;
  subscribe(hear: (e: LiveEvent) => void): () => void;
}

export const LiveContext = createContext<Live>({ connection: "connecting", subscribe: () => () => {} });

export const useConnection = () => useContext(LiveContext).connection;

// useLive calls hear for every event of the host. Queries need it not: they are read again by themselves.
export function useLive(hear: (e: LiveEvent) => void) {
  const { subscribe } = useContext(LiveContext);
  const latest = useEffectEvent(hear);
  useEffect(() => subscribe((e) => latest(e)), [subscribe]);
}

const gatherMs = 120;
const hiddenMs = 15_000;

// readAgain reads what events made old. A first reading that is under way may have been answered before the event: it is read once more when
// it ends, since only later ones are begun anew by themselves.
function readAgain(client: QueryClient, queryKey: QueryKey) {
  const first = client.getQueryCache().findAll({ queryKey, fetchStatus: "fetching", predicate: (q) => q.state.data === undefined });
  client.invalidateQueries({ queryKey });
  for (const q of first) q.promise?.catch(() => {}).then(() => client.invalidateQueries({ queryKey: q.queryKey, exact: true }));
}

// useLiveStream keeps a stream open while the page can be seen: browsers allow six connections to a host in all, and those of windows in
// the background would use them up. A window that comes back reads everything again. Who may read plugins hears of all events, other
// members of their sidebar alone.
export function useLiveStream(everything: boolean): Live {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  const hearers = useRef(new Set<(e: LiveEvent) => void>());
  const [subscribe] = useState(() => (hear: (e: LiveEvent) => void) => {
    hearers.current.add(hear);
    return () => {
      hearers.current.delete(hear);
    };
  });

  useEffect(() => {
    let stop: (() => void) | undefined;
    let gather: ReturnType<typeof setTimeout> | undefined;
    let hidden: ReturnType<typeof setTimeout> | undefined;
    let gathered: LiveEvent[] = [];

    function hear(event: LiveEvent) {
      for (const h of hearers.current) h(event);
      if (event.type === "job.progress") return;
      gathered.push(event);
      gather ??= setTimeout(() => {
        for (const queryKey of madeOld(gathered)) readAgain(client, queryKey);
        gathered = [];
        gather = undefined;
      }, gatherMs);
    }
    function open(again: boolean) {
      stop = follow(everything ? "/api/v1/events" : "/api/v1/me/sidebar", {
        onOpen(after) {
          setConnection("live");
          // What was read before the first stream began may be older than it; what was read before a break is.
          client.invalidateQueries(again || after ? {} : { predicate: (q) => q.state.dataUpdatedAt > 0 && q.queryKey[0] !== "me" });
        },
        onMessage({ data }) {
          if (everything) hear(JSON.parse(data));
          else client.setQueryData(sidebarQuery.queryKey, JSON.parse(data).items);
        },
        onLost: () => setConnection("lost"),
        onRefused(failure) {
          setConnection("lost");
          if (failure.status === 401) for (const out of onSignedOut) out();
        },
      });
    }
    function seen() {
      clearTimeout(hidden);
      if (document.visibilityState === "hidden") {
        hidden = setTimeout(() => {
          stop?.();
          stop = undefined;
        }, hiddenMs);
      } else if (!stop) open(true);
    }
    open(false);
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      clearTimeout(hidden);
      clearTimeout(gather);
      stop?.();
    };
  }, [everything, client]);

  return { connection, subscribe };
}
