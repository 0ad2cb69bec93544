import { queryOptions } from "@tanstack/react-query";
import { all, api, type Schema } from "../../api/client";

export type Token = Schema["Token"];

// tokensQuery are the tokens of one member, or all that one may see.
export const tokensQuery = (user?: string) =>
  queryOptions({
    queryKey: ["tokens", user ?? ""],
    queryFn: () => all<Token>((cursor) => api.GET("/api/v1/tokens", { params: { query: { user, cursor, limit: 500 } } })),
  });
