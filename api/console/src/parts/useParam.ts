import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

// useParam is a value in the address after the question mark; "" is none. Typing replaces the entry of the history, push adds one.
export function useParam(name: string) {
  const search = useSearch();
  const [path, go] = useLocation();
  const value = new URLSearchParams(search).get(name) ?? "";
  const set = useCallback(
    (next: string | null, { push = false } = {}) => {
      const all = new URLSearchParams(window.location.search);
      if (next) all.set(name, next);
      else all.delete(name);
      const query = all.toString();
      go(query ? `${path}?${query}` : path, { replace: !push });
    },
    [name, path, go],
  );
  return [value, set] as const;
}
