package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// groupMounts are the folders of the group that this process is in, by controller of version 1; that of version 2
// has the name "". A hierarchy that is not mounted, or shows another part of itself, is left out.
func groupMounts() (map[string]string, error) {
	own, err := ownGroups()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("find the control groups: %w", err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		// id parent device root mountpoint options... - type source options, see proc(5)
		before, after, ok := strings.Cut(line, " - ")
		f, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 5 || len(kind) < 3 {
			continue
		}
		names := []string{}
		switch kind[0] {
		case "cgroup2":
			names = []string{""}
		case "cgroup":
			names = strings.Split(kind[2], ",")
		}
		for _, name := range names {
			path, mine := own[name]
			below, err := filepath.Rel(f[3], path)
			if !mine || err != nil || strings.HasPrefix(below, "..") {
				continue
			}
			folder := filepath.Join(f[4], below)
			if info, err := os.Stat(folder); err == nil && info.IsDir() && found[name] == "" {
				found[name] = folder
			}
		}
	}
	return found, nil
}

// ownGroups are the groups of this process, by controller; that of version 2 has the name "".
func ownGroups() (map[string]string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, fmt.Errorf("this system has no control groups: %w", err)
	}
	own := map[string]string{}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for _, name := range strings.Split(parts[1], ",") {
			own[name] = parts[2]
		}
	}
	return own, nil
}
