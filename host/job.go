package host

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"appzone/host/fault"
)

// JobState is how far a job is.
type JobState string

// The states of a job.
const (
	JobQueued    JobState = "queued"
	JobRunning   JobState = "running"
	JobSucceeded JobState = "succeeded"
	JobFailed    JobState = "failed"
	JobCancelled JobState = "cancelled"
)

// Ended tells whether the job has come to its end.
func (s JobState) Ended() bool { return s == JobSucceeded || s == JobFailed || s == JobCancelled }

const (
	// jobOutputLines bounds the output that a job keeps; the first lines go.
	jobOutputLines = 500
	// jobsKept bounds the jobs in the store.
	jobsKept = 1000
	// jobsAtOnce bounds jobs that wait or run.
	jobsAtOnce = 256
)

// Job is one operation on a plugin that takes time: its steps, how far it is, and what it said.
type Job struct {
	ID string `json:"id"`
	// Kind is install, uninstall, rollback, start, stop or restart.
	Kind    string    `json:"kind"`
	Plugin  string    `json:"plugin"`
	Actor   string    `json:"actor"`
	State   JobState  `json:"state"`
	Percent int       `json:"percent"`
	Steps   []JobStep `json:"steps"`
	// Output holds the last lines that its steps said.
	Output    []string   `json:"output"`
	Error     *JobError  `json:"error,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	EndedAt   *time.Time `json:"endedAt,omitempty"`
}

// JobStep is one part of a job.
type JobStep struct {
	Name    string   `json:"name"`
	State   JobState `json:"state"`
	Percent int      `json:"percent"`
}

// JobError is why a job failed.
type JobError struct {
	Step   string        `json:"step"`
	Code   string        `json:"code"`
	Detail string        `json:"detail"`
	Fields []fault.Field `json:"errors,omitempty"`
	// Kind is kept for the HTTP status of a waited-for job.
	Kind fault.Kind `json:"-"`
}

// jobs runs jobs: those of one plugin one after the other, of several plugins side by side.
type jobs struct {
	host *Host
	wg   sync.WaitGroup
	stop context.CancelFunc
	ctx  context.Context

	mu   sync.Mutex // guards what follows; nobody waits for the disk with it
	live map[string]*liveJob
	lock map[string]chan struct{} // per plugin: a one-place semaphore
}

// liveJob is a job that has not ended.
type liveJob struct {
	jobs   *jobs
	cancel context.CancelFunc
	done   chan struct{}
	actor  Actor

	mu  sync.Mutex // guards what follows
	job Job
	// told is when its progress was announced last; again does so later, nil where nothing waits for that.
	told  time.Time
	again *time.Timer
	// kept says that what it did stays, whether it is cancelled or not.
	kept bool
}

// jobFunc is the work of a job. It calls step for each of its steps in order.
type jobFunc func(context.Context, *liveJob) error

func newJobs(h *Host) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{host: h, ctx: ctx, stop: stop, live: map[string]*liveJob{}, lock: map[string]chan struct{}{}}
}

// newID makes an id that sorts by time: milliseconds and 64 random bits, in hex.
func newID(now time.Time) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return fmt.Sprintf("%0*x%s", idTime, now.UnixMilli(), hex.EncodeToString(b[:]))
}

// start records the job and runs fn in a goroutine of its own, after the jobs of the same plugin that came first.
func (j *jobs) start(ctx context.Context, kind, plugin string, actor Actor, steps []string, fn jobFunc) (Job, error) {
	j.mu.Lock()
	lock := j.lockOf(plugin)
	j.mu.Unlock()
	return j.startWith(ctx, lock, kind, plugin, actor, steps, fn)
}

// startFree is start without waiting for other jobs of the plugin.
func (j *jobs) startFree(ctx context.Context, kind, plugin string, actor Actor, steps []string, fn jobFunc) (Job, error) {
	return j.startWith(ctx, make(chan struct{}, 1), kind, plugin, actor, steps, fn)
}

func (j *jobs) startWith(ctx context.Context, lock chan struct{}, kind, plugin string, actor Actor, steps []string, fn jobFunc) (Job, error) {
	now := time.Now().UTC()
	job := Job{ID: j.host.ids.next(now), Kind: kind, Plugin: plugin, Actor: actor.User, State: JobQueued, CreatedAt: now, Output: []string{}}
	for _, s := range steps {
		job.Steps = append(job.Steps, JobStep{Name: s, State: JobQueued})
	}
	jctx, cancel := context.WithCancel(j.ctx)
	l := &liveJob{jobs: j, cancel: cancel, done: make(chan struct{}), actor: actor, job: job}
	if err := j.enter(l); err != nil {
		cancel()
		return Job{}, err
	}
	err := j.host.update(ctx, func(w Writer) error { return tableJobs.put(w, job.ID, job) })
	if isNoSpace(err) { // a stop, or what frees room, must not need any
		j.host.log.Warn("job not recorded", "job", job.ID, "error", err)
	} else if err != nil {
		j.leave(l)
		return Job{}, err
	}
	j.host.bus.Publish(Event{Type: "job.started", Plugin: plugin, Actor: actor.User, Data: map[string]any{"id": job.ID, "kind": kind, "state": job.State}})
	go j.run(jctx, l, lock, fn)
	return job, nil
}

// enter takes a place for a job, which close waits for until it leaves.
func (j *jobs) enter(l *liveJob) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ctx.Err() != nil {
		return fault.New(fault.Unavailable, "shutting_down", "the host is shutting down; try again when it is back")
	}
	if len(j.live) >= jobsAtOnce {
		return fault.New(fault.TooMany, "too_many_jobs", "%d jobs wait or run already; try again when some have ended", len(j.live))
	}
	j.live[l.job.ID] = l
	j.wg.Add(1)
	return nil
}

// leave gives the job's place back.
func (j *jobs) leave(l *liveJob) {
	l.cancel()
	j.mu.Lock()
	delete(j.live, l.job.ID)
	j.mu.Unlock()
	close(l.done)
	j.wg.Done()
}

// lockOf is the plugin's semaphore; the caller holds mu.
func (j *jobs) lockOf(plugin string) chan struct{} {
	lock := j.lock[plugin]
	if lock == nil {
		lock = make(chan struct{}, 1)
		j.lock[plugin] = lock
	}
	return lock
}

// busyWait is how long something that is not a job waits for a job of the same plugin.
const busyWait = 30 * time.Second

// codeBusy is the code of what has to wait for another operation of the plugin, and did in vain.
const codeBusy = "plugin_busy"

// exclusive takes the plugin's semaphore for something that is not a job (an upload, an edit).
func (j *jobs) exclusive(ctx context.Context, plugin string) (release func(), err error) {
	j.mu.Lock()
	lock := j.lockOf(plugin)
	j.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, busyWait)
	defer cancel()
	select {
	case lock <- struct{}{}:
		return func() { <-lock }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Conflict, codeBusy, "plugin %q is busy with another operation; follow GET /api/v1/jobs and try again", plugin)
	}
}

func (j *jobs) run(ctx context.Context, l *liveJob, lock chan struct{}, fn func(context.Context, *liveJob) error) {
	defer j.leave(l)
	var err error
	select {
	case lock <- struct{}{}:
		l.change(func(job *Job) { job.State = JobRunning })
		err = protect(func() error { return fn(ctx, l) })
		<-lock
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.end(err, ctx.Err() != nil)
}

// protect turns a panic of fn into an error, so that one bad job does not end the host.
func protect(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return fn()
}

// pastUndo is called where a job can no longer be undone: from there on it is not cancelled.
func (l *liveJob) pastUndo(ctx context.Context) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = true
	return context.WithoutCancel(ctx)
}

// end records how the job ended.
func (l *liveJob) end(err error, cancelled bool) {
	now := time.Now().UTC()
	l.change(func(job *Job) {
		job.EndedAt = &now
		job.State = JobSucceeded
		last := JobSucceeded
		if err != nil {
			job.State, last = JobFailed, JobFailed
			e := fault.From(err)
			job.Error = &JobError{Code: e.Code, Detail: e.Message, Fields: e.Fields, Kind: e.Kind}
			if cancelled && !l.kept {
				job.State, last = JobCancelled, JobCancelled
				job.Error.Code, job.Error.Detail = "cancelled", "the job was cancelled before its end; nothing was changed"
			}
		} else {
			job.Percent = 100
		}
		job.Steps = append([]JobStep(nil), job.Steps...)
		for i := range job.Steps {
			if s := &job.Steps[i]; s.State == JobRunning {
				s.State = last
				if err != nil {
					job.Error.Step = s.Name
				} else {
					s.Percent = 100
				}
			} else if s.State == JobQueued && err == nil {
				s.State, s.Percent = JobSucceeded, 100
			}
		}
	})
	h := l.jobs.host
	job := l.snapshot()
	if err != nil && fault.From(err).Kind == fault.Internal && job.State == JobFailed {
		h.log.Error("job failed", "plugin", job.Plugin, "job", job.ID, "kind", job.Kind, "error", err)
	}
	if job.State == JobFailed {
		h.failed(l.actor, Act{Kind: "plugin." + job.Kind, Plugin: job.Plugin, Subject: job.ID, Code: job.Error.Code})
	}
	if err := h.update(context.Background(), func(w Writer) error { return saveEnded(w, job) }); err != nil {
		h.log.Error("job record not written", "job", job.ID, "error", err)
	}
	data := map[string]any{"id": job.ID, "kind": job.Kind, "state": job.State}
	if job.Error != nil {
		data["code"], data["detail"], data["step"] = job.Error.Code, job.Error.Detail, job.Error.Step
	}
	h.bus.Publish(Event{Type: "job.ended", Plugin: job.Plugin, Actor: job.Actor, Data: data})
}

// saveEnded writes the job and drops the oldest ones beyond jobsKept.
func saveEnded(w Writer, job Job) error {
	if err := tableJobs.put(w, job.ID, job); err != nil {
		return err
	}
	n := 0
	var old []string
	err := w.ScanBack(string(tableJobs), "", "", func(key string, _ func(any) error) (bool, error) {
		if n++; n > jobsKept {
			old = append(old, key)
		}
		return len(old) < 10, nil
	})
	for _, key := range old {
		err = errors.Join(err, tableJobs.delete(w, key))
	}
	return err
}

func (l *liveJob) snapshot() Job {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.job
}

// close cancels every job and waits for their ends.
func (j *jobs) close() {
	j.mu.Lock()
	j.stop()
	j.mu.Unlock()
	j.wg.Wait()
}
