import { queryOptions } from "@tanstack/react-query";
import { api, tagged } from "../../../api/client";

export const settingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["plugin", id, "settings"],
    queryFn: () => tagged(api.GET("/api/v1/plugins/{id}/settings", { params: { path: { id } } })),
  });
