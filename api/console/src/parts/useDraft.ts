import { useState } from "react";
import type { Tagged } from "../api/client";
import { mergeLists, sameValue } from "./merge";

// useDraft is the changes that somebody makes to a document. Without changes it follows the document; with them it stays on what was read
// first, tells by outdated that somebody else was faster, and takes their state over by rebase without losing what was typed.
export function useDraft<T extends object>(now: Tagged<T>) {
  const [base, setBase] = useState(now);
  const [typed, setTyped] = useState<Partial<T>>({});
  const changes = changed(base.data, typed);
  const dirty = Object.keys(changes).length > 0;
  if (!dirty && base !== now && base.etag !== now.etag) setBase(now);

  return {
    value: { ...base.data, ...typed } as T,
    base: base.data,
    etag: base.etag,
    changes,
    dirty,
    outdated: dirty && base.etag !== now.etag,
    set: (next: Partial<T>) => setTyped({ ...typed, ...next }),
    reset: () => {
      setTyped({});
      setBase(now);
    },
    // saved is called with what the host answered.
    saved: (next: Tagged<T>) => {
      setTyped({});
      setBase(next);
    },
    rebase: () => {
      const kept: Record<string, unknown> = {};
      for (const [key, mine] of Object.entries(changes)) {
        const was = base.data[key as keyof T];
        const theirs = now.data[key as keyof T];
        kept[key] = Array.isArray(mine) && Array.isArray(was) && Array.isArray(theirs) ? mergeLists(was, mine, theirs) : mine;
      }
      setTyped(kept as Partial<T>);
      setBase(now);
    },
  };
}

function changed<T extends object>(base: T, typed: Partial<T>): Partial<T> {
  return Object.fromEntries(Object.entries(typed).filter(([key, v]) => !sameValue(v, base[key as keyof T]))) as Partial<T>;
}
