package host

import "time"

// progressEvery bounds how often the progress within one step of a job is announced.
const progressEvery = 100 * time.Millisecond

// change edits the job under its lock and announces it.
func (l *liveJob) change(fn func(*Job)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn(&l.job)
	l.announce()
}

// announce tells those who look on how far the job is. The caller holds mu, so that nobody is told of an older state last.
func (l *liveJob) announce() {
	if l.again != nil {
		l.again.Stop()
		l.again = nil
	}
	l.told = time.Now()
	job := &l.job
	data := map[string]any{"id": job.ID, "kind": job.Kind, "state": job.State, "percent": job.Percent}
	for _, step := range job.Steps {
		if step.State == JobRunning {
			data["step"] = step.Name
		}
	}
	l.jobs.host.bus.Announce(Event{Type: "job.progress", Plugin: job.Plugin, Actor: job.Actor, Data: data})
}

// announceSoon is announce for what comes often: at once, or when progressEvery is over. The caller holds mu.
func (l *liveJob) announceSoon() {
	wait := progressEvery - time.Since(l.told)
	switch {
	case wait <= 0:
		l.announce()
	case l.again == nil:
		l.again = time.AfterFunc(wait, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.again != nil { // else it was announced meanwhile
				l.announce()
			}
		})
	}
}

// step begins the named step and ends the one before.
func (l *liveJob) step(name string) Progress {
	at := 0
	l.change(func(job *Job) {
		job.Steps = append([]JobStep(nil), job.Steps...)
		for i := range job.Steps {
			if job.Steps[i].State == JobRunning {
				job.Steps[i].State, job.Steps[i].Percent = JobSucceeded, 100
			}
			if job.Steps[i].Name == name {
				at = i
				job.Steps[i].State = JobRunning
			}
		}
		job.Percent = 100 * at / len(job.Steps)
	})
	return stepProgress{l, at}
}

// stepProgress is the Progress of one step of a job.
type stepProgress struct {
	job *liveJob
	at  int
}

// Percent implements Progress.
func (p stepProgress) Percent(n int) {
	n = min(max(n, 0), 100)
	p.job.mu.Lock()
	defer p.job.mu.Unlock()
	job := &p.job.job
	if job.Steps[p.at].Percent == n {
		return
	}
	job.Steps = append([]JobStep(nil), job.Steps...)
	job.Steps[p.at].Percent = n
	job.Percent = (100*p.at + n) / len(job.Steps)
	p.job.announceSoon()
}

// Output implements Progress.
func (p stepProgress) Output(line string) {
	p.job.mu.Lock()
	defer p.job.mu.Unlock()
	out := append([]string(nil), p.job.job.Output...)
	if len(out) >= jobOutputLines {
		out = out[1:]
	}
	if len(line) > 2000 {
		line = line[:2000] + "…"
	}
	p.job.job.Output = append(out, line)
	p.job.announceSoon()
}
