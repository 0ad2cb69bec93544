package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// homePrefix begins the name of every control group of a host: "appzone-PID" holds the groups of its instances,
// "appzone-PID-host" the host itself, where version 2 asks for that.
const homePrefix = "appzone-"

// home is this host's place in the machine's control groups: one folder in each hierarchy that is of use, below
// the group that the host was started in. It is locked while the host lives, so that another host can
// tell what a crashed one left.
type home struct {
	// folders are where groups are made, by controller.
	folders map[string]string
	// versions of control groups, by controller.
	versions map[string]int
	// killer is a folder of version 2, whose groups can be killed at once; "" for none.
	killer string
	// problems say why a controller is not to be had.
	problems map[string]string
	// locks are held to the end of this process.
	locks []*os.File
}

// ownHome is made at the first call.
var ownHome = sync.OnceValue(func() *home {
	h := &home{folders: map[string]string{}, versions: map[string]int{}, problems: map[string]string{}}
	mounts, err := groupMounts()
	if err != nil {
		h.miss(err)
		return h
	}
	for _, controller := range controllers {
		if m, ok := mounts[controller]; ok {
			if err := h.openLegacy(controller, m); err != nil {
				h.problems[controller] = err.Error()
			}
		}
	}
	if m, ok := mounts[""]; ok {
		var wanted []string
		for _, c := range controllers {
			if h.folders[c] == "" {
				wanted = append(wanted, c)
			}
		}
		if err := h.openUnified(m, wanted); err != nil {
			h.miss(err)
		}
	}
	h.miss(errors.New("this machine offers the host no such control group"))
	h.tryOut()
	return h
})

// miss gives the reason for every controller that is neither there nor explained.
func (h *home) miss(err error) {
	for _, c := range controllers {
		if h.folders[c] == "" && h.problems[c] == "" {
			h.problems[c] = err.Error()
		}
	}
}

// probeGroups finds out which limits control groups can hold here.
func (c *Capabilities) probeGroups() {
	h := ownHome()
	c.CgroupMemory, c.CgroupCPU, c.CgroupPIDs = h.versions[controllerMemory], h.versions[controllerCPU], h.versions[controllerPIDs]
	c.CgroupKill = h.killer != ""
	for controller, name := range map[string]string{controllerMemory: "cgroupMemory", controllerCPU: "cgroupCPU", controllerPIDs: "cgroupPIDs"} {
		if p := h.problems[controller]; p != "" {
			c.Problems[name] = p
		}
	}
}

// openLegacy makes the home of one controller in its own hierarchy of version 1.
func (h *home) openLegacy(controller, parent string) error {
	folder, err := h.claim(parent)
	if err != nil {
		return err
	}
	h.folders[controller], h.versions[controller] = folder, 1
	return nil
}

// openUnified makes the home in the hierarchy of version 2. There a group may have either processes or groups with
// limits below it: the host moves into a group beside its instances', if the group it is in was given to it.
func (h *home) openUnified(parent string, wanted []string) error {
	offered := words(filepath.Join(parent, "cgroup.controllers"))
	wanted = slices.DeleteFunc(wanted, func(c string) bool { return !offered[c] })
	if err := enable(parent, wanted); err != nil {
		return err
	}
	folder, err := h.claim(parent)
	if err != nil {
		return err
	}
	if unix.Access(filepath.Join(folder, "cgroup.procs"), unix.W_OK) == nil {
		h.killer = folder
	}
	for _, c := range wanted {
		if err := write(folder, "cgroup.subtree_control", "+"+c); err != nil {
			h.problems[c] = err.Error()
			continue
		}
		h.folders[c], h.versions[c] = folder, 2
	}
	return nil
}

// enable lets groups below parent have limits.
func enable(parent string, wanted []string) error {
	missing := func() (all []string) {
		enabled := words(filepath.Join(parent, "cgroup.subtree_control"))
		for _, c := range wanted {
			if !enabled[c] {
				all = append(all, "+"+c)
			}
		}
		return all
	}
	if len(missing()) == 0 {
		return nil
	}
	leave := func() {}
	if _, err := os.Stat(filepath.Join(parent, "cgroup.type")); err == nil { // the machine's own root has none, and no such rule
		if !delegated(parent) {
			return errors.New("the host's control group was not given to it; with systemd, set Delegate=yes in its unit")
		}
		leaf := filepath.Join(parent, homePrefix+strconv.Itoa(os.Getpid())+"-host")
		if err := moveInto(leaf); err != nil {
			return err
		}
		leave = func() { _ = write(parent, "cgroup.procs", "0"); _ = os.Remove(leaf) }
	}
	var last error
	for _, word := range missing() {
		if err := write(parent, "cgroup.subtree_control", word); err != nil {
			last = err
		}
	}
	if len(missing()) == len(wanted) && last != nil {
		leave()
		if errors.Is(last, unix.EBUSY) {
			return errors.New("other processes are in the host's control group, so that no limits can be set below it; start the host in a group of its own")
		}
		return last
	}
	return nil
}

func moveInto(leaf string) error {
	if err := os.Mkdir(leaf, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := write(leaf, "cgroup.procs", "0"); err != nil {
		_ = os.Remove(leaf)
		return err
	}
	return nil
}

// delegated says that the host may arrange the groups below the one it is in: to root it must have been said, to
// a user the files were given, and the root of a namespace is nobody else's.
func delegated(folder string) bool {
	if own, err := ownGroups(); err == nil && own[""] == "/" {
		return true
	}
	for _, name := range []string{"user.delegate", "trusted.delegate"} {
		value := make([]byte, 8)
		if n, err := unix.Getxattr(folder, name, value); err == nil && string(value[:n]) == "1" {
			return true
		}
	}
	info, err := os.Stat(filepath.Join(folder, "cgroup.subtree_control"))
	if err != nil || os.Geteuid() == 0 {
		return false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// claim makes a folder for this host below parent and locks it, after it removed those that nobody holds.
func (h *home) claim(parent string) (string, error) {
	sweepHomes(parent)
	for try := range 10 {
		folder := filepath.Join(parent, homePrefix+strconv.Itoa(os.Getpid()))
		if try > 0 {
			folder += "." + strconv.Itoa(try)
		}
		if err := os.Mkdir(folder, 0o755); errors.Is(err, os.ErrExist) {
			continue
		} else if err != nil {
			return "", fmt.Errorf("the host may not make control groups: %w", err)
		}
		if lock := lockFolder(folder); lock != nil {
			h.locks = append(h.locks, lock)
			return folder, nil
		}
	}
	return "", errors.New("no control group could be made that stayed")
}

// lockFolder locks a folder that is still there; nil if somebody else has it.
func lockFolder(folder string) *os.File {
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		_ = f.Close()
		return nil
	}
	held, err := f.Stat()
	if now, gone := os.Stat(folder); err != nil || gone != nil || !os.SameFile(held, now) {
		_ = f.Close()
		return nil
	}
	return f
}

// sweepHomes ends and removes what hosts that are gone left below parent.
func sweepHomes(parent string) {
	found, _ := filepath.Glob(filepath.Join(parent, homePrefix+"*"))
	for _, folder := range found {
		if strings.HasSuffix(folder, "-host") {
			_ = os.Remove(folder) // which only an empty one lets happen
			continue
		}
		lock := lockFolder(folder)
		if lock == nil {
			continue
		}
		below, _ := filepath.Glob(filepath.Join(folder, "*", "cgroup.procs"))
		for _, procs := range below {
			emptyGroup(filepath.Dir(procs))
			_ = os.Remove(filepath.Dir(procs))
		}
		_ = os.Remove(folder)
		_ = lock.Close()
	}
}

// tryOut makes a group with every limit and forgets what does not work.
func (h *home) tryOut() {
	spec := Spec{Limits: Limits{MemoryBytes: 64 << 20, CPUPercent: 100, Processes: 64}}
	for _, c := range controllers {
		if h.folders[c] == "" {
			continue
		}
		g := group{folders: map[string]string{}}
		err := g.join(filepath.Join(h.folders[c], "probe"), spec.groupSettings(c, h.versions[c]))
		g.remove()
		if err != nil {
			h.problems[c] = err.Error()
			delete(h.folders, c)
			delete(h.versions, c)
		}
	}
}

// words are those of a file of one line.
func words(path string) map[string]bool {
	text, _ := os.ReadFile(path)
	all := map[string]bool{}
	for _, word := range strings.Fields(string(text)) {
		all[word] = true
	}
	return all
}

// write sets one file of a control group. The kernel takes it in one write or not at all.
func write(folder, file, value string) error {
	f, err := os.OpenFile(filepath.Join(folder, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value)
	return err
}
