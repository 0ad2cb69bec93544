import { queryOptions } from "@tanstack/react-query";
import { api, done, type Schema } from "../../../api/client";

export type Version = Schema["Version"];

// versionsQuery are the versions of a plugin that are kept.
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["plugin", id, "versions"],
    queryFn: async () => (await done(api.GET("/api/v1/plugins/{id}/versions", { params: { path: { id } } }))).items,
  });
