import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, done } from "./client";
import { useLive } from "./live";
import type { Job } from "./queries";

// useJob follows a job: its progress comes with the events, its end is read.
export function useJob(id: string | null) {
  const client = useQueryClient();
  const queryKey = ["jobs", id];
  useLive((e) => {
    if (e.type.startsWith("job.") && e.data?.id === id) client.invalidateQueries({ queryKey });
  });
  return useQuery({
    queryKey,
    queryFn: () => done(api.GET("/api/v1/jobs/{id}", { params: { path: { id: id ?? "" } } })),
    enabled: id !== null,
    refetchInterval: (q) => (ended(q.state.data) ? false : 2000), // where the stream of events is broken
  });
}

// ended tells whether nothing more will come of a job.
export const ended = (job: Job | undefined) => job !== undefined && ["succeeded", "failed", "cancelled"].includes(job.state);
