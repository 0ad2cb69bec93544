package host

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"appzone/host/fault"
)

// Job returns a job by its id.
func (h *Host) Job(ctx context.Context, id string) (Job, error) {
	h.jobs.mu.Lock()
	live := h.jobs.live[id]
	h.jobs.mu.Unlock()
	if live != nil {
		return live.snapshot(), nil
	}
	var job Job
	err := h.view(ctx, func(r Reader) error {
		var ok bool
		var err error
		if job, ok, err = tableJobs.find(r, id); err == nil && !ok {
			err = fault.New(fault.NotFound, "job_not_found", "there is no job %q; ended jobs are kept for the last %d", id, jobsKept)
		}
		return err
	})
	return job, err
}

// WaitJob returns the job at its end, or as it is when ctx ends.
func (h *Host) WaitJob(ctx context.Context, id string) (Job, error) {
	h.jobs.mu.Lock()
	live := h.jobs.live[id]
	h.jobs.mu.Unlock()
	if live != nil {
		select {
		case <-live.done:
			return live.snapshot(), nil
		case <-ctx.Done():
			return live.snapshot(), nil
		}
	}
	return h.Job(ctx, id)
}

// CancelJob asks the job to end early. A job that is past the point where it can be undone goes on to its end.
func (h *Host) CancelJob(ctx context.Context, id string, actor Actor) (Job, error) {
	h.jobs.mu.Lock()
	live := h.jobs.live[id]
	h.jobs.mu.Unlock()
	if live == nil {
		job, err := h.Job(ctx, id)
		if err == nil {
			err = fault.New(fault.Conflict, "job_ended", "job %q has ended already: %s", id, job.State)
		}
		return job, err
	}
	live.cancel()
	return live.snapshot(), h.noted(h.change(ctx, actor, Act{Kind: "job.cancelled", Plugin: live.job.Plugin, Subject: id}, nil))
}

// Jobs lists jobs, newest first, before the id before ("" for the newest).
func (h *Host) Jobs(ctx context.Context, before string, limit int) (items []Job, next string, err error) {
	limit = PageSize(limit)
	items = []Job{}
	err = h.view(ctx, func(r Reader) error {
		return tableJobs.eachBack(r, "", before, func(_ string, j Job) (bool, error) {
			if len(items) == limit {
				next = items[limit-1].ID
				return false, nil
			}
			items = append(items, j)
			return true, nil
		})
	})
	h.jobs.mu.Lock()
	defer h.jobs.mu.Unlock()
	for k := range items {
		if live := h.jobs.live[items[k].ID]; live != nil {
			items[k] = live.snapshot()
		}
	}
	return items, next, err
}

// endStaleJobs marks the jobs that a crash cut off.
func (h *Host) endStaleJobs(ctx context.Context) error {
	return h.update(ctx, func(w Writer) error {
		var stale []Job
		err := tableJobs.each(w, "", "", func(id string, j Job) (bool, error) {
			h.ids.follow(id)
			if !j.State.Ended() {
				stale = append(stale, j)
			}
			return true, nil
		})
		now := time.Now().UTC()
		for _, j := range stale {
			j.State, j.EndedAt = JobFailed, &now
			j.Error = &JobError{Code: "host_restarted", Detail: "the host ended while the job ran; what had not been switched over was not changed"}
			err = errors.Join(err, tableJobs.put(w, j.ID, j))
		}
		return err
	})
}

// all are the jobs that have not ended.
func (j *jobs) all() []Job {
	j.mu.Lock()
	live := slices.Collect(maps.Values(j.live))
	j.mu.Unlock()
	out := make([]Job, 0, len(live))
	for _, l := range live {
		out = append(out, l.snapshot())
	}
	return out
}
