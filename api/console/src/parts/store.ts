import { useSyncExternalStore } from "react";

// store is a value outside of the components, for what several screens share or what outlives them. A change is another value: what is in
// the old one stays as it is.
export function store<T>(first: T) {
  let value = first;
  const hearers = new Set<() => void>();
  const get = () => value;
  const subscribe = (hear: () => void) => {
    hearers.add(hear);
    return () => {
      hearers.delete(hear);
    };
  };
  return {
    get,
    set(next: T) {
      value = next;
      for (const hear of hearers) hear();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
