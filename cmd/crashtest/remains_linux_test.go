package crashtest_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// processKey names one process for ever.
type processKey struct {
	pid   int
	start string
}

// family lists a process and everything below it.
func family(root int) map[processKey]bool {
	children := map[int][]processKey{}
	found := map[processKey]bool{}
	for _, pid := range pids() {
		parent, start, ok := stat(pid)
		if !ok {
			continue
		}
		children[parent] = append(children[parent], processKey{pid, start})
		if pid == root {
			found[processKey{pid, start}] = true
		}
	}
	for todo := []int{root}; len(todo) > 0; todo = todo[1:] {
		for _, child := range children[todo[0]] {
			found[child] = true
			todo = append(todo, child.pid)
		}
	}
	return found
}

func pids() []int {
	entries, _ := os.ReadDir("/proc")
	var found []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// stat is not ok for a process that has ended.
func stat(pid int) (parent int, start string, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	end := bytes.LastIndexByte(text, ')')
	if err != nil || end < 0 {
		return 0, "", false
	}
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return 0, "", false
	}
	parent, err = strconv.Atoi(fields[1])
	return parent, fields[19], err == nil
}

// mentioning lists the processes that have to do with a folder: by their command line, environment, working folder or mounts.
func mentioning(dir string) map[processKey]bool {
	found := map[processKey]bool{}
	for _, pid := range pids() {
		_, start, ok := stat(pid)
		if !ok || pid == os.Getpid() {
			continue
		}
		proc := filepath.Join("/proc", strconv.Itoa(pid))
		cwd, _ := os.Readlink(filepath.Join(proc, "cwd"))
		about := []byte(cwd)
		for _, name := range []string{"cmdline", "environ", "mountinfo"} {
			text, _ := os.ReadFile(filepath.Join(proc, name))
			about = append(about, text...)
		}
		if bytes.Contains(about, []byte(dir)) {
			found[processKey{pid, start}] = true
		}
	}
	return found
}

// orphans are processes of former hosts. former holds what lived when they were killed.
func (z *zone) orphans(former map[processKey]bool) error {
	ours := family(z.cmd.Process.Pid)
	for key := range former {
		if _, start, ok := stat(key.pid); ok && start == key.start {
			return fmt.Errorf("process %d lives on: %s", key.pid, describe(key.pid))
		}
	}
	for key := range mentioning(z.data) {
		if !ours[key] && family(os.Getpid())[key] {
			continue // what the test itself starts
		}
		if !ours[key] {
			return fmt.Errorf("process %d belongs to no host: %s", key.pid, describe(key.pid))
		}
	}
	return nil
}

// frozen finds a process that stands still though nothing copies what it writes.
func (z *zone) frozen() error {
	for key := range mentioning(z.data) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", key.pid))
		if bytes.Contains(text, []byte("\nState:\tT")) {
			return fmt.Errorf("process %d stands still: %s", key.pid, describe(key.pid))
		}
	}
	return nil
}

func describe(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.ReplaceAll(string(text), "\x00", " ")
}

// groups finds control groups of a host that is gone.
func groups(host int) error {
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil // no control groups here
	}
	for line := range strings.Lines(string(own)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		for _, hierarchy := range []string{"", "unified", strings.TrimPrefix(parts[1], "name="), strings.Split(parts[1], ",")[0]} {
			name := filepath.Join("/sys/fs/cgroup", hierarchy, parts[2], fmt.Sprintf("appzone-%d", host))
			if _, err := os.Stat(name); err == nil {
				return fmt.Errorf("the control group %s is left", name)
			}
		}
	}
	return nil
}

// belongings says of which plugins there are records, and what of them may lie on the disk.
type belongings struct {
	// running have a process.
	running int
	// ids of the plugins, with the names of the versions' folders that they need.
	versions map[string]map[string]bool
}

// debris finds what lies in the data folder and belongs to no record.
func (z *zone) debris(b belongings) error {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, z.data+"/") || strings.Contains(line, z.private()) {
			return fmt.Errorf("a mount is left: %s", line)
		}
	}
	for dir, most := range map[string]int{"uploads": 0, "run": b.running, "marks": b.running} {
		if err := atMost(filepath.Join(z.data, dir), most); err != nil {
			return err
		}
	}
	if err := atMost(z.private(), b.running+1); err != nil { // one for each, and the identity keys
		return err
	}
	for _, dir := range []string{"plugins", "logs"} {
		for _, id := range names(filepath.Join(z.data, dir)) {
			if b.versions[id] == nil {
				return fmt.Errorf("%s/%s belongs to no plugin", dir, id)
			}
		}
	}
	for id, known := range b.versions {
		if err := z.pluginDebris(id, known); err != nil {
			return err
		}
	}
	return nil
}

// pluginDebris looks into the folder of one plugin.
func (z *zone) pluginDebris(id string, known map[string]bool) error {
	root := filepath.Join(z.data, "plugins", id)
	if err := atMost(filepath.Join(root, "versions"), 3); err != nil { // in use, candidate, former
		return err
	}
	if err := atMost(filepath.Join(root, "snapshots"), 1); err != nil { // to go back to the former one
		return err
	}
	for _, v := range names(filepath.Join(root, "versions")) {
		if !known[v] {
			return fmt.Errorf("%s: the folder of version %s is left, of %v", id, v, known)
		}
		prepared := 0
		for _, name := range names(filepath.Join(root, "versions", v)) {
			switch {
			case name == "code":
			case strings.HasPrefix(name, "prepared-"):
				prepared++
			default:
				return fmt.Errorf("%s: %s is left in version %s", id, name, v)
			}
		}
		if prepared > 1 {
			return fmt.Errorf("%s: version %s has %d prepared folders", id, v, prepared)
		}
	}
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), ".") && strings.Contains(d.Name(), "tmp") {
			return fmt.Errorf("a temporary file is left: %s", path)
		}
		return nil
	})
}

func atMost(dir string, most int) error {
	if got := names(dir); len(got) > most {
		return fmt.Errorf("%s has %q, and %d may be there", dir, got, most)
	}
	return nil
}

func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	return found
}
