import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { all, api, done, type Schema } from "./client";
import { asFailure } from "./failure";

// Keys begin with the noun that live events name (see live.ts): what is read under ["plugin", id, ...] is read again when something
// happened to that plugin. Queries that only one screen makes stand beside that screen.

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => done(api.GET("/api/v1/me")),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
  // A host that does not answer is asked until it does.
  refetchInterval: ({ state: { data, error } }) => (error && !data && asFailure(error).status !== 401 ? 3000 : false),
});

export const sidebarQuery = queryOptions({
  queryKey: ["sidebar"],
  queryFn: async () => ((await done(api.GET("/api/v1/me/sidebar"))) as Schema["SidebarList"]).items.toSorted(byName),
});

export const pluginsQuery = queryOptions({
  queryKey: ["plugins"],
  queryFn: () => all<Plugin>((cursor) => api.GET("/api/v1/plugins", { params: { query: { cursor, limit: 200 } } })),
});

export const pluginQuery = (id: string) =>
  queryOptions({ queryKey: ["plugin", id], queryFn: () => done(api.GET("/api/v1/plugins/{id}", { params: { path: { id } } })) });

export const samplesQuery = queryOptions({ queryKey: ["samples"], queryFn: async () => (await done(api.GET("/api/v1/samples"))).items });

export const systemQuery = queryOptions({ queryKey: ["system"], queryFn: () => done(api.GET("/api/v1/system")), staleTime: 30_000 });

export type Plugin = Schema["Plugin"];
export type Me = Schema["Me"];
export type SidebarEntry = Schema["SidebarEntry"];
export type Job = Schema["Job"];

// byName is the order of lists of plugins, in which 9 comes before 10.
export const byName = (a: { name: string }, b: { name: string }) =>
  a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: "base" });

// leave forgets what was read for somebody who is not logged in any more, and asks who is: the next one sees nothing of it.
export function leave(client: QueryClient) {
  client.cancelQueries();
  client.removeQueries({ predicate: (q) => q.queryKey[0] !== "me" });
  client.resetQueries({ queryKey: meQuery.queryKey });
}

// MeContext is who is logged in, for all that is shown to people who are. It is no query of its own: what is on the screen must not find
// nobody there in the moment between the end of a session and its own.
export const MeContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("nobody is logged in");
  return me;
}
