package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"appzone/host/doctor"
	"appzone/host/fault"
	"appzone/host/framing"
	"appzone/host/history"
	"appzone/host/logs"
	"appzone/host/manifest"
	"appzone/host/process"
	"appzone/host/secret"
	"appzone/host/tree"
)

// Host runs plugins. Its methods are safe for concurrent use.
type Host struct {
	cfg        Config
	log        *slog.Logger
	dirs       dirs
	bus        *Bus
	jobs       *jobs
	ids        ids
	accounts   *accounts
	identities *identities
	secrets    *secret.Box
	tickets    tickets
	pagePorts  pagePorts
	verifier   *tree.Verifier
	runtimes   map[string]Runtime
	// bootMark makes the marks of this boot's instances differ from those of any other.
	bootMark string
	timeZone string
	started  time.Time
	// begun is started with the reading of the monotonic clock.
	begun  time.Time
	doctor *doctor.Doctor

	// background owns the goroutines that are neither a job's nor a supervisor's.
	background sync.WaitGroup
	ctx        context.Context
	cancel     context.CancelFunc
	encodings  chan string
	trail      *trail
	replies    replies
	desktop    *desktopHub
	webhooks   *webhookHub
	// regulating is held while ways out are made to follow grants.
	regulating sync.Mutex
	// switching is held for reading while a plugin's record and its folders change together (from the stop of what runs until both are
	// done), and for writing while both are copied. Who holds it takes no plugin's job lock.
	switching sync.RWMutex
	// tidying lets one tidy run at a time, and none while a backup is read.
	tidying sync.Mutex
	folders folders
	shelf   shelf
	framing *framing.Prober

	mu          sync.Mutex // guards what follows; nobody waits for the disk with it
	supervisors map[string]*supervisor
	installing  map[string]bool
	sites       map[string]*Site
	forgotten   uint64 // how many sites were, in all
	gates       map[string]*gate
	meters      map[string]*history.Meter
	// beside is what the other instance of a plugin that is being upgraded was granted, while two run.
	beside  map[string]*Grants
	damages map[string]damage // by versionKey
	closed  bool
	// tidyDue says that a tidy was asked for and has not begun.
	tidyDue bool
	// connectPlugins is what ConnectPlugins was given.
	connectPlugins func(ctx context.Context, from, to string) (net.Conn, error)
}

// hook calls Config.Hook.
func (h *Host) hook(point string) {
	if h.cfg.Hook != nil {
		h.cfg.Hook(point)
	}
}

// Open starts a host: it sweeps what a crash left, brings the records in order, and supervises what is
// installed. Close ends it.
func Open(ctx context.Context, cfg Config) (*Host, error) {
	cfg = cfg.withDefaults()
	begun := time.Now()
	h := &Host{cfg: cfg, log: cfg.Logger, verifier: tree.NewVerifier(), runtimes: map[string]Runtime{},
		started: begun.UTC(), begun: begun, bootMark: newID(time.Now()), timeZone: timeZone(),
		encodings:   make(chan string, 1024),
		desktop:     newDesktopHub(),
		framing:     framing.New(cfg.Outward),
		supervisors: map[string]*supervisor{}, installing: map[string]bool{}, sites: map[string]*Site{}, gates: map[string]*gate{}, meters: map[string]*history.Meter{}, beside: map[string]*Grants{},
		damages: map[string]damage{}}
	for _, r := range cfg.Runtimes {
		h.runtimes[r.Name()] = r
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.jobs = newJobs(h)
	h.trail = newTrail(h)
	h.doctor = h.newDoctor()
	if err := h.boot(ctx); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *Host) boot(ctx context.Context) (err error) {
	if h.dirs, err = makeDirs(h.cfg.DataDir); err != nil {
		return err
	}
	if !h.dirs.inMemory {
		h.log.Warn("no tmpfs to keep settings files in: while programs run, secrets in clear are in the data folder", "looked_at", sharedMemory)
	}
	swept, err := process.Sweep(h.dirs.marks)
	if err != nil {
		return fmt.Errorf("end what a former host left: %w", err)
	}
	if swept > 0 {
		h.log.Warn("ended processes that a former host left", "processes", swept)
	}
	if h.secrets, err = secret.Open(filepath.Join(h.dirs.root, "secret.key"), h.cfg.SecretKey); err != nil {
		return err
	}
	logErr := func(err error) { h.log.Error("events not written", "error", err) }
	if h.bus, err = openBus(ctx, h.cfg.Store, logErr); err != nil {
		return err
	}
	if h.accounts, err = openAccounts(ctx, h); err != nil {
		return err
	}
	if err := h.trail.begin(ctx); err != nil {
		return err
	}
	if err := h.loadPagePorts(ctx); err != nil {
		return err
	}
	if h.identities, err = openIdentities(ctx, h); err != nil {
		return err
	}
	if h.webhooks, err = openWebhooks(ctx, h); err != nil {
		return err
	}
	if err := h.endStaleJobs(ctx); isNoSpace(err) { // somebody must come in to make room
		h.log.Warn("jobs that a former host did not end are still listed", "error", err)
	} else if err != nil {
		return err
	}
	ran, err := h.superviseAll(ctx)
	if err != nil {
		return err
	}
	h.background.Go(func() { h.restartAfterBoot(ran) })
	h.background.Go(h.encodeInBackground)
	h.background.Go(h.checkFilesAfterBoot)
	h.background.Go(h.watchGates)
	h.background.Go(h.sampleUsage)
	h.background.Go(h.keepUses)
	h.background.Go(h.tendIdentities)
	h.background.Go(func() { h.rotateSecrets(h.ctx) })
	h.background.Go(func() {
		if err := h.tidy(h.ctx); err != nil && h.ctx.Err() == nil {
			h.log.Error("tidying failed", "error", err)
		}
	})
	return nil
}

// Close stops every plugin and every goroutine and waits for them. The store is the caller's to close.
func (h *Host) Close() {
	h.mu.Lock()
	h.closed = true
	all := make([]*supervisor, 0, len(h.supervisors))
	for _, s := range h.supervisors {
		all = append(all, s)
	}
	h.mu.Unlock()
	h.cancel()
	for _, s := range all {
		s.stop() // all at once: the graces run side by side
	}
	h.desktop.close()
	h.doctor.Close()
	h.jobs.close()
	for _, s := range all {
		<-s.done
		if err := s.log.Close(); err != nil {
			h.log.Warn("log not closed", "plugin", s.id, "error", err)
		}
	}
	h.background.Wait()
	if h.webhooks != nil {
		h.webhooks.close()
	}
	h.trail.close()
	if h.bus != nil {
		h.bus.close()
	}
	if h.dirs.private != "" {
		_ = os.RemoveAll(h.dirs.private)
	}
}

// Bus is where what happens is published.
func (h *Host) Bus() *Bus { return h.bus }

// superviseAll gives every installed script plugin its supervisor and returns those that ran before and are to
// come back. Without XC_PLUGIN_RESTART none is: they are stopped, and desired stopped.
func (h *Host) superviseAll(ctx context.Context) ([]string, error) {
	var installed []Plugin
	err := h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(_ string, p Plugin) (bool, error) {
			if p.Installed != "" || p.Restoring != "" {
				installed = append(installed, p)
			}
			return true, nil
		})
	})
	if err != nil {
		return nil, err
	}
	var ran []string
	for _, p := range installed {
		if p.Installed == "" {
			if err := h.finishRestoring(ctx, p); err != nil {
				h.log.Error("what a plugin keeps is not put back", "plugin", p.ID, "error", err)
			}
			continue
		}
		if err := h.superviseInstalled(ctx, p.ID, false); err != nil {
			h.log.Error("plugin cannot be started", "plugin", p.ID, "error", err) // which must not keep the others down
			continue
		}
		if _, err := h.supervisor(p.ID); err != nil || p.Desired != DesiredRunning {
			continue // an html plugin has nothing to start
		}
		barred := h.barredAtBoot(ctx, p)
		if h.cfg.RestartPlugins && !barred {
			ran = append(ran, p.ID)
			continue
		}
		if !barred {
			h.log.Info("plugin ran before and stays stopped: XC_PLUGIN_RESTART is not set", "plugin", p.ID)
		}
		if _, err := h.command(ctx, p.ID, command{op: opStop, desired: DesiredStopped}); err != nil && !isNoSpace(err) {
			return nil, err
		}
	}
	return ran, nil
}

// superviseInstalled gives the plugin a supervisor if an installed script wants one, in place of the one that it had. due says
// that a start is about to be asked for.
func (h *Host) superviseInstalled(ctx context.Context, id string, due bool) error {
	p, v, err := h.installed(ctx, id)
	if err == nil {
		err = h.finishRestoring(ctx, p)
	}
	if err != nil || v.Manifest.Type != manifest.TypeScript {
		h.replaceSupervisor(id, nil)
		if fault.CodeOf(err) == codeNotInstalled {
			err = nil
		}
		return err
	}
	if err := h.forgetPrepared(p, v); err != nil {
		h.log.Warn("what was prepared before is not removed", "plugin", id, "error", err)
	}
	log, err := logs.Open(logs.Options{Dir: filepath.Join(h.dirs.logs, id), BytesPerSecond: int64(v.Manifest.EffectiveLimits().LogKBps) << 10})
	if err != nil {
		h.replaceSupervisor(id, nil)
		return err
	}
	trial, err := h.trialOf(ctx, p)
	if err != nil {
		h.replaceSupervisor(id, nil)
		return errors.Join(err, log.Close())
	}
	if !h.replaceSupervisor(id, func() *supervisor { return newSupervisor(h, p, v, log, due, trial) }) {
		return errors.Join(errShuttingDown(), log.Close())
	}
	return nil
}

// replaceSupervisor puts a new supervisor in the place of the plugin's, or none, and tells who waits for that. It refuses
// when the host is closed.
func (h *Host) replaceSupervisor(id string, create func() *supervisor) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	old := h.supervisors[id]
	delete(h.supervisors, id)
	if create != nil {
		h.supervisors[id] = create()
	}
	if old != nil {
		close(old.replaced)
	}
	return true
}

// stopSupervisor ends the plugin's supervisor and its instance, if there is one, and waits. The supervisor stays in its
// place, so that requests and commands wait for the next one, until it is replaced.
func (h *Host) stopSupervisor(id string) {
	s, err := h.supervisor(id)
	if err != nil {
		return
	}
	s.close()
	if err := s.log.Close(); err != nil {
		h.log.Warn("log not closed", "plugin", id, "error", err)
	}
}

// resume supervises the plugin again after a switch that failed, and lets it run if it ran.
func (h *Host) resume(ctx context.Context, id string) error {
	p, _, err := h.installed(ctx, id)
	due := err == nil && p.Desired == DesiredRunning
	if err := h.superviseInstalled(ctx, id, due); err != nil || !due {
		return err
	}
	_, err = h.command(ctx, id, command{op: opAutoStart})
	return err
}

// supervisor returns the plugin's supervisor, or says why there is none.
func (h *Host) supervisor(id string) (*supervisor, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.supervisors[id]; s != nil {
		return s, nil
	}
	if h.closed {
		return nil, errShuttingDown()
	}
	return nil, fault.New(fault.Conflict, "not_a_running_script", "plugin %q has no process: it is an html plugin, or it is not installed", id)
}

// view and update are the store's, with the context's end as an explained error.
func (h *Host) view(ctx context.Context, fn func(Reader) error) error {
	return h.cfg.Store.View(ctx, fn)
}

func (h *Host) update(ctx context.Context, fn func(Writer) error) error {
	return h.cfg.Store.Update(ctx, fn)
}

// savePlugin writes the record with its next revision.
func (h *Host) savePlugin(w Writer, p *Plugin) error {
	p.Revision++
	p.UpdatedAt = time.Now().UTC()
	return tablePlugins.put(w, p.ID, *p)
}

func (h *Host) publish(a Actor, kind, plugin string, data map[string]any) {
	h.shelf.forget(kind)
	h.bus.Publish(Event{Type: kind, Plugin: plugin, Actor: a.User, Data: data})
	h.log.Info("event", "type", kind, "plugin", plugin, "actor", a.User)
}

func (h *Host) setInstalling(id string, on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if on {
		h.installing[id] = true
	} else {
		delete(h.installing, id)
	}
}

// runtimeOf is the runtime that the manifest names.
func (h *Host) runtimeOf(m *manifest.Manifest) (Runtime, error) {
	r := h.runtimes[m.Parameters.Runtime]
	if r == nil {
		return nil, fault.New(fault.Invalid, codeRuntimeMissing, "this host has no runtime %q", m.Parameters.Runtime)
	}
	return r, nil
}
