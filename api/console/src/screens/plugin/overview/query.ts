import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, done, type Schema, type Tagged, tagged } from "../../../api/client";
import { asFailure } from "../../../api/failure";
import { notifyFailure } from "../../../parts/Failed";

export type GrantsView = Schema["GrantsView"];

export const grantsQuery = (id: string) =>
  queryOptions({
    queryKey: ["plugin", id, "grants"],
    queryFn: () => tagged(api.GET("/api/v1/plugins/{id}/grants", { params: { path: { id } } })),
  });

export const statsQuery = (id: string, running: boolean) =>
  queryOptions({
    queryKey: ["plugin", id, "stats"],
    queryFn: () => done(api.GET("/api/v1/plugins/{id}/stats", { params: { path: { id } } })),
    refetchInterval: running ? 5000 : false,
    enabled: running,
  });

// underWay tells whether an observation that lasts until then goes on.
export const underWay = (until: string | undefined): until is string => until !== undefined && Date.parse(until) > Date.now();

// beside are grants with the observation that is under way, which would end without.
export function beside(grants: Schema["Grants"], until: string | undefined): Schema["GrantChoice"] {
  if (!underWay(until)) return grants;
  return { ...grants, observe: true, expiresInSeconds: Math.max(1, Math.round((Date.parse(until) - Date.now()) / 1000)) };
}

// usePutGrants replaces what the plugin may do, as it was seen with the ETag.
export function usePutGrants(id: string, title: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ choice, etag }: { choice: Schema["GrantChoice"]; etag: string }) =>
      tagged(api.PUT("/api/v1/plugins/{id}/grants", { params: { path: { id }, header: { "If-Match": etag } }, body: choice })) as Promise<
        Tagged<GrantsView>
      >,
    onSuccess: (answer) => client.setQueryData(grantsQuery(id).queryKey, answer),
    onError: (e) => {
      if (asFailure(e).fields.length === 0) notifyFailure(e, title); // else they are shown where they were written
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["plugin", id] }),
  });
}
