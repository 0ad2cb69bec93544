package host

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/process"
	"appzone/host/tree"
)

// controlFD is the descriptor of the control channel in the child: the one after the listener.
const controlFD = 4

// launch is everything that one instance is started from.
type launch struct {
	plugin   Plugin
	version  Version
	manifest manifest.Manifest // with the administrator's edits
	runtime  Runtime
	staged   Staged
	to       Launch
	number   uint64
	mark     string
	markDir  string
	keysDir  string // with the published identity keys
	overlay  pluginDirs

	readyPath    string
	readyTimeout time.Duration
	grace        time.Duration
	cleaned      []string // what was taken out of the overlay
	private      *privateFolder
	way          *process.Socket // to what was granted, nil for none
	user         int             // user id of its own, 0 for none
	network      process.Network // decided once: an observation may end while it starts
}

// prepareLaunch checks the version's files and makes the instance's folders.
func (h *Host) prepareLaunch(ctx context.Context, id string, number uint64, a *ahead) (*launch, error) {
	p, v, st, err := h.launched(ctx, id, a)
	if err != nil {
		return nil, err
	}
	if err := h.checkStartNow(ctx, v); err != nil {
		return nil, err
	}
	m, rt, err := h.launchable(p, v)
	if err != nil {
		return nil, err
	}
	l := &launch{plugin: p, version: v, manifest: m, runtime: rt, number: number, network: networkOf(&m, p.Grants),
		markDir:      h.dirs.marks,
		keysDir:      h.identities.dir,
		mark:         fmt.Sprintf("%s-%d", h.bootMark, number),
		readyPath:    m.Parameters.Readiness.Path,
		readyTimeout: m.ReadinessTimeout(),
		grace:        m.Grace(),
	}
	l.staged = h.staged(p, v)
	if l.user, err = h.userOf(ctx, p); err != nil {
		return nil, err
	}
	if err := h.verifyStart(ctx, v, l.staged); err != nil {
		return nil, err
	}
	if err := h.makeFolders(ctx, l, st); err != nil {
		l.remove()
		return nil, err
	}
	return l, nil
}

// launchable is the manifest and the runtime of a start, if this host has what they need: prepareLaunch asks here, and so does the doctor.
func (h *Host) launchable(p Plugin, v Version) (manifest.Manifest, Runtime, error) {
	m := p.Edits.apply(v.Manifest)
	rt, err := h.runtimeOf(&m)
	if err == nil {
		err = h.checkWalls(p.ID, walls(m, p.Grants))
	}
	return m, rt, err
}

// verifyFiles refuses a start whose code is not what was installed, and names the file.
func (h *Host) verifyFiles(ctx context.Context, v Version, s Staged) error {
	changes, err := h.changedFiles(ctx, v, s)
	if err != nil || len(changes) == 0 {
		return err
	}
	e := fault.New(fault.Conflict, codeFilesChanged, "plugin %q is not started: its file %q is %s on disk since it was installed; install it again to restore it",
		v.Plugin, changes[0].Path, changes[0].Kind)
	for _, c := range changes {
		e.WithField(c.Path, "%s", c.Kind)
	}
	return e
}

// launched is what an instance is started from.
func (h *Host) launched(ctx context.Context, id string, a *ahead) (p Plugin, v Version, st Settings, err error) {
	if a != nil {
		return a.plugin, a.version, a.settings, nil
	}
	if p, v, err = h.installed(ctx, id); err == nil {
		st, err = h.storedSettings(ctx, id)
	}
	return p, v, st, err
}

// changedFiles are the files that the version is started from and that are not what was installed, or else what was prepared.
func (h *Host) changedFiles(ctx context.Context, v Version, s Staged) ([]tree.Change, error) {
	index, err := h.index(v.Index)
	if err != nil {
		return nil, err
	}
	changes, err := h.verifier.Check(ctx, s.CodeDir, codeEntries(index))
	if err != nil {
		return nil, fmt.Errorf("check code files: %w", err)
	}
	if len(changes) > 0 || v.Prepared == "" {
		return changes, nil
	}
	var prepared []tree.Entry
	if err := h.readJSONBlob(v.Prepared, &prepared); err != nil {
		return nil, err
	}
	if changes, err = h.verifier.Check(ctx, s.PreparedDir, prepared); err != nil {
		return nil, fmt.Errorf("check prepared files: %w", err)
	}
	return changes, nil
}

// verifyStart is verifyFiles for the installed version that is being started: what it finds is known from then on.
func (h *Host) verifyStart(ctx context.Context, v Version, s Staged) error {
	err := h.verifyFiles(ctx, v, s)
	switch fault.CodeOf(err) {
	case "":
		h.changeDamage(v.Plugin, v.Digest, func(d *damage) { d.disk = nil })
	case codeFilesChanged:
		first := fault.From(err).Fields[0]
		h.noteDamage(ctx, v, damage{disk: &tree.Change{Path: first.Field, Kind: first.Message}})
	}
	return err
}

func (h *Host) makeFolders(ctx context.Context, l *launch, st Settings) error {
	d := h.dirs.plugin(l.plugin.ID)
	if l.manifest.Parameters.Upgrade == manifest.UpgradeOverlap { // two of its instances may run at a time
		d = d.alone(filepath.Join(h.dirs.run, l.mark))
	}
	l.overlay = d
	l.to = Launch{AppDir: l.staged.CodeDir, DataDir: d.data, TempDir: filepath.Join(h.dirs.run, l.mark, "tmp"),
		MemoryBytes: int64(l.manifest.EffectiveLimits().MemoryMB) << 20}
	folders := []string{d.data, l.to.TempDir}
	if l.manifest.UsesNode() { // which sees its code, and what it wrote beside it, merged
		l.to.AppDir = d.app
		folders = append(folders, d.app, d.overlay, d.work)
	}
	if err := h.layAlone(ctx, l); err != nil {
		return err
	}
	for _, dir := range folders {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	settings, err := h.deliver(l.plugin.ID, l.version, st)
	if err != nil {
		return err
	}
	if l.private, err = makePrivateFolder(filepath.Join(h.dirs.private, l.mark)); err != nil {
		return err
	}
	if err := l.openWay(h.dirs.run); err != nil {
		return err
	}
	if err := l.private.write(settings); err != nil {
		return err
	}
	l.to.SettingsFile = l.private.settingsFile()
	l.to.Env = []string{
		"APPZONE_NETWORK=" + cmp.Or(string(l.network), "none"),
		"APPZONE_PLUGIN_ID=" + l.plugin.ID,
		"APPZONE_PLUGIN_VERSION=" + l.version.Version,
		"APPZONE_DATA_DIR=" + l.to.DataDir,
		"APPZONE_SETTINGS_FILE=" + l.to.SettingsFile,
		"APPZONE_IDENTITY_KEYS=" + h.identities.file(),
		"APPZONE_CONTROL_FD=" + strconv.Itoa(controlFD),
		"TZ=" + h.timeZone, "LANG=C.UTF-8",
	}
	if l.way != nil {
		l.to.Env = append(l.to.Env, "APPZONE_EGRESS="+l.to.Egress)
	}
	return nil
}

// openWay makes the socket on which the program asks for connections, if it was granted any.
func (l *launch) openWay(dir string) (err error) {
	if l.network != process.NetworkEgress {
		return nil
	}
	if l.way, err = process.NewSocket(dir); err != nil {
		return fmt.Errorf("make the way out: %w", err)
	}
	l.to.Egress = l.way.Path
	return nil
}

// spec is the child: what the runtime says, and what every script plugin gets.
func (l *launch) spec(ctx context.Context, lis *process.Listener, control *os.File, output func(process.Line)) (process.Spec, error) {
	s, err := l.runtime.Command(ctx, l.staged, l.to)
	if err != nil {
		return s, err
	}
	s.Name = l.manifest.Parameters.ScriptName
	s.Listener, s.Files, s.Output = lis, []*os.File{control}, output
	s.Mark, s.MarkDir = l.mark, l.markDir
	s.Env = mergeEnv(l.to.Env, s.Env)
	// The folder and not the file in it, so that another file in its place shows.
	s.Jail.ReadOnly = slices.DeleteFunc(s.Jail.ReadOnly, func(path string) bool { return path == l.to.SettingsFile })
	// The same for the keys: others take their place while it runs.
	s.Jail.ReadOnly = append(s.Jail.ReadOnly, l.keysDir)
	s.Jail.User, s.Jail.Private = l.user, append(s.Jail.Private, l.private.dir)
	s.Jail.ReadWrite = append(s.Jail.ReadWrite, l.to.DataDir, l.to.TempDir)
	s.Jail.Network = l.network
	if l.way != nil {
		s.Jail.Sockets = append(s.Jail.Sockets, l.way.Path)
	}
	if o := s.Jail.Overlay; o != nil {
		o.Upper, o.Work, o.Target = l.overlay.overlay, l.overlay.work, l.to.AppDir
		if err := l.cleanOverlay(o); err != nil {
			return s, err
		}
	}
	reserved := s.Limits.ReservedBytes // which the runtime knows
	s.Limits = limitsOf(&l.manifest)
	s.Limits.ReservedBytes = reserved
	return s, nil
}

// cleanOverlay takes out of what the plugin wrote beside its code what would change or hide that code (row A9).
func (l *launch) cleanOverlay(o *process.Overlay) (err error) {
	if err := tree.Unlock(o.Upper); err != nil {
		return fmt.Errorf("open the overlay's folders: %w", err)
	}
	l.cleaned, err = process.CleanUpper(o.Upper, o.Lower)
	return err
}

// mergeEnv joins environments; a later value of a name wins.
func mergeEnv(envs ...[]string) []string {
	byName := map[string]string{}
	for _, env := range envs {
		for _, kv := range env {
			name, _, _ := strings.Cut(kv, "=")
			byName[name] = kv
		}
	}
	return slices.Sorted(maps.Values(byName))
}

// remove deletes what belonged to this instance alone.
func (l *launch) remove() {
	if l.private != nil {
		l.private.remove()
	}
	if l.way != nil {
		_ = l.way.Close()
	}
	if l.to.TempDir != "" {
		_ = tree.RemoveAll(filepath.Dir(l.to.TempDir))
	}
}
