import { queryOptions } from "@tanstack/react-query";
import { api, done } from "../../api/client";
import { ended } from "../../api/jobs";

// runningQuery is the id of the installation of a plugin that is under way, null for none.
export const runningQuery = (plugin: string) =>
  queryOptions({
    queryKey: ["jobs", "of", plugin],
    queryFn: async () => {
      const { items } = await done(api.GET("/api/v1/jobs", { params: { query: { limit: 50 } } }));
      return items.find((j) => j.plugin === plugin && ["install", "rollback"].includes(j.kind) && !ended(j))?.id ?? null;
    },
  });
