import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { JsonObject } from "./schema";
import { carry, type SecretEdits, type Values } from "./values";

// Draft is what somebody has changed and not saved. It stays while other tabs and pages are looked at, and until it is saved, given up or
// the session ends; it is never written anywhere.
export interface Draft {
  // base is what was changed, with the ETag that it had.
  base: Values;
  etag: string;
  plain: JsonObject;
  secrets: SecretEdits;
}

const key = (id: string) => ["draft", "settings", id];

export function useDraft(id: string) {
  const client = useQueryClient();
  const { data: draft = null } = useQuery<Draft | null>({
    queryKey: key(id),
    queryFn: () => null,
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const there = draft !== null;
  useEffect(() => {
    if (!there) return;
    const warn = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [there]);
  return { draft, setDraft: (next: Draft | null) => setDraft(client, id, next) };
}

function setDraft(client: QueryClient, id: string, next: Draft | null) {
  client.setQueryData(key(id), next);
}

// rebase is the draft as changes of what somebody else saved meanwhile.
export function rebase(draft: Draft, now: Values, etag: string): Draft {
  const plain = carry(draft.base.plain, draft.plain, now.plain) as JsonObject;
  return { base: now, etag, plain, secrets: draft.secrets };
}
