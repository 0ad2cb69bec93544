import { queryOptions } from "@tanstack/react-query";
import { api, done, tagged } from "../../api/client";

// planQuery is what installing a version would do, with the ETag that binds an installation to it.
export const planQuery = (id: string, version: string | undefined) =>
  queryOptions({
    queryKey: ["plugin", id, "plan", version ?? ""],
    queryFn: () => tagged(api.GET("/api/v1/plugins/{id}/plan", { params: { path: { id }, query: { version } } })),
    staleTime: 0,
  });

// settingsQuery is what is set now, under the installed version.
export const settingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["plugin", id, "settings", "present"],
    queryFn: () => done(api.GET("/api/v1/plugins/{id}/settings", { params: { path: { id } } })),
  });
