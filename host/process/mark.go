package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"appzone/host/fault"
)

// markSuffix is the name's end of every file that records an instance.
const markSuffix = ".mark"

// sweepTime bounds how long Sweep waits for one process to be gone.
const sweepTime = 5 * time.Second

// record is what a mark file holds. Together the three name one process for ever.
type record struct {
	PID   int    `json:"pid"`
	Start string `json:"start"`
	Boot  string `json:"boot"`
}

func (p *Process) markPath() string {
	if p.spec.Mark == "" || p.spec.MarkDir == "" {
		return ""
	}
	return filepath.Join(p.spec.MarkDir, p.spec.Mark+markSuffix)
}

// mark records the first stage, so that a next host finds it.
func (p *Process) mark() error {
	path := p.markPath()
	if path == "" {
		return nil
	}
	start, err := startOf(p.proc.Pid)
	if err == nil {
		var text []byte
		text, err = json.Marshal(record{PID: p.proc.Pid, Start: start, Boot: bootID()})
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
	}
	if err != nil {
		return fault.Wrap(err, fault.Internal, "start_failed", "the mark of %s could not be recorded", p.spec.Name)
	}
	return nil
}

func (p *Process) unmark() {
	if path := p.markPath(); path != "" {
		_ = os.Remove(path)
	}
}

// Sweep ends what a crashed host left behind, before anything is started: the instances whose
// marks lie in markDir and whose first process still runs, with everything below it. A mark names
// process id, start time and boot, so that a process that merely got the same id is left
// alone. It returns how many instances were ended; marks that it could deal with are removed.
// A missing markDir is an empty one. What was left in control groups of a host that is gone is ended as well, by
// [Machine], and not counted.
func Sweep(markDir string) (n int, err error) {
	Machine()
	entries, err := os.ReadDir(markDir)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the marks: %w", err)
	}
	var errs []error
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), markSuffix) || !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(markDir, e.Name())
		ended, err := sweepOne(path)
		if ended {
			n++
		}
		if err == nil {
			err = removeIfThere(os.Remove, path)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("sweep %s: %w", e.Name(), err))
		}
	}
	return n, errors.Join(errs...)
}

// sweepOne ends the instance of one mark, if it is still there.
func sweepOne(path string) (ended bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	var r record
	if json.Unmarshal(text, &r) != nil || r.PID <= 1 || r.Start == "" {
		return false, nil // cut off by a crash of the machine: no process of it is left
	}
	if r.Boot != bootID() {
		return false, nil
	}
	return r.end()
}
