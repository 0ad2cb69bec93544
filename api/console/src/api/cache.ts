import { QueryClient } from "@tanstack/react-query";
import { Failure } from "./failure";

// queries is what was read from the host. Events tell what has become old (live.ts), so that nothing is read again just because time passes;
// what the host answered with a refusal is not asked twice. Whether the browser believes to be online says nothing about a host that may be
// this very machine.
export const queries = new QueryClient({
  defaultOptions: {
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 5_000,
      retry: (count, e) => count < 2 && !(e instanceof Failure && e.status >= 400 && e.status < 500),
      retryDelay: (n) => Math.min(500 * 2 ** n, 4000),
    },
  },
});
