import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, done } from "./client";
import { Failure } from "./failure";
import { useLive } from "./live";
import type { Job } from "./queries";

// useJob follows a job: its progress and its end are read when the events tell of them.
export function useJob(id: string | null) {
  const client = useQueryClient();
  const queryKey = ["jobs", id];
  useLive((e) => {
    // Ten of them may come a second: one that began to be read is not begun again, which over a slow line would never end.
    if (e.type === "job.progress" && e.data?.id === id) client.invalidateQueries({ queryKey }, { cancelRefetch: false });
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

// settled waits for the end of a job and rejects if that is a failure. It asks again and again instead of letting the host hold the answer
// back: browsers have six connections to a host in all.
export async function settled(id: string): Promise<Job> {
  for (let pause = 100; ; pause = Math.min(pause * 1.5, 1500)) {
    const job = await done(api.GET("/api/v1/jobs/{id}", { params: { path: { id } } }));
    if (job.state === "succeeded") return job;
    if (ended(job)) {
      const { code = job.state, detail = "", errors = [], step = "" } = job.error ?? {};
      throw new Failure(422, code, detail, "", errors, step, job.output);
    }
    await new Promise((then) => setTimeout(then, pause));
  }
}
