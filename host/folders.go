package host

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"appzone/host/process"
)

// folders tells who writes to the plugins' folders.
type folders struct {
	// copying is held while a backup or an export is made, or an export is brought in.
	copying sync.Mutex

	mu  sync.Mutex // guards all, and the processes in it
	all map[string]*folderUse
}

// folderUse is what is known of one plugin's folders.
type folderUse struct {
	// changing is held by a start, which makes them ready, and by whoever needs them to stay as they are.
	changing chan struct{}
	// processes run with them.
	processes map[*process.Process]bool
}

func (f *folders) of(id string) *folderUse {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.all[id]
	if u == nil {
		u = &folderUse{changing: make(chan struct{}, 1), processes: map[*process.Process]bool{}}
		if f.all == nil {
			f.all = map[string]*folderUse{}
		}
		f.all[id] = u
	}
	return u
}

// begin is called before a plugin's folders are made ready for a process: until end is called nobody copies them.
func (f *folders) begin(ctx context.Context, id string) (end func(), err error) {
	u := f.of(id)
	select {
	case u.changing <- struct{}{}:
		return func() { <-u.changing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// use notes that a process runs with the plugin's folders; unuse that it has ended.
func (f *folders) use(id string, p *process.Process) {
	u := f.of(id)
	f.mu.Lock()
	defer f.mu.Unlock()
	u.processes[p] = true
}

func (f *folders) unuse(id string, p *process.Process) {
	u := f.of(id)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(u.processes, p)
}

// hold lets everything stand still that writes to the plugin's folders, and starts of it wait, until release is called. running tells whether there is
// anything that stands still.
func (f *folders) hold(ctx context.Context, id string) (release func(), running bool, err error) {
	end, err := f.begin(ctx, id)
	if err != nil {
		return nil, false, err
	}
	u := f.of(id)
	f.mu.Lock()
	processes := slices.Collect(maps.Keys(u.processes))
	f.mu.Unlock()
	releases := []func(){end}
	release = func() {
		for _, r := range slices.Backward(releases) {
			r()
		}
	}
	for _, p := range processes {
		thaw, bad := p.Freeze(ctx)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		releases = append(releases, thaw)
	}
	if err != nil {
		release()
		return nil, false, err
	}
	return release, len(processes) > 0, nil
}
