package process

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"appzone/host/fault"
)

var markPattern = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// check refuses a Spec that cannot be meant: a defect of the caller, not of a plugin.
func (s *Spec) check() error {
	wrong := func(format string, args ...any) error {
		return fault.New(fault.Internal, "process_invalid", "start a child process: "+format, args...)
	}
	switch {
	case (s.Path == "") == (s.Entry == ""):
		return wrong("one of program and entry must be given")
	case s.Path != "" && !filepath.IsAbs(s.Path):
		return wrong("the program %q is not an absolute path", s.Path)
	case s.Name == "":
		return wrong("it has no name")
	case s.Dir != "" && !filepath.IsAbs(s.Dir):
		return wrong("the working folder %q is not an absolute path", s.Dir)
	case s.Jail.User != 0 && (s.Jail.User < BuildUser || s.Jail.User > BuildUser+MaxPluginNumber):
		return wrong("the user id %d is not one of a child", s.Jail.User)
	case s.Mark != "" && !markPattern.MatchString(s.Mark):
		return wrong("the mark %q is not of [a-z0-9-], at most 64", s.Mark)
	}
	paths := slices.Concat(s.Jail.ReadOnly, s.Jail.ReadWrite, s.Jail.Sockets)
	if o := s.Jail.Overlay; o != nil {
		paths = append(paths, o.Lower, o.Upper, o.Work, o.Target)
	}
	for _, p := range paths {
		if !filepath.IsAbs(p) || filepath.Clean(p) != p || p == "/" {
			return wrong("the path %q of its jail is not absolute and clean", p)
		}
	}
	if err := s.checkPaths(); err != nil {
		return err
	}
	for _, text := range append(append(append(paths, s.Name, s.Path, s.Dir), s.Args...), s.Env...) {
		if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
			return wrong("%q is not text", text)
		}
	}
	for _, kv := range s.Env {
		if _, _, ok := cutEnv(kv); !ok {
			return wrong("an environment entry has no name")
		}
	}
	return nil
}

// checkPaths refuses a jail that shows what is not there.
func (s *Spec) checkPaths() error {
	need := append([]string{}, s.Jail.ReadWrite...)
	if o := s.Jail.Overlay; o != nil {
		need = append(need, o.Lower, o.Upper, o.Work, o.Target)
	}
	for _, p := range need {
		if info, err := os.Stat(p); err != nil || !info.IsDir() {
			return fault.New(fault.Internal, "jail_refused", "start %s: the folder %s of its jail is missing or not a folder", s.Name, p)
		}
	}
	seen := slices.Concat(s.Jail.ReadOnly, s.Jail.Sockets)
	for _, p := range slices.Concat(need, seen) {
		for _, w := range s.Jail.ReadWrite {
			if inside(p, w) && !straight(p, w) {
				return fault.New(fault.Internal, "jail_refused", "start %s: a link in %s leads %s elsewhere", s.Name, w, p)
			}
		}
		if o := s.Jail.Overlay; o != nil && inside(p, o.Target) {
			return fault.New(fault.Internal, "process_invalid", "start %s: %s of its jail lies in its overlay", s.Name, p)
		}
	}
	for _, p := range seen {
		if _, err := os.Stat(p); err != nil {
			return fault.New(fault.Internal, "jail_refused", "start %s: %s of its jail is missing", s.Name, p)
		}
	}
	return nil
}

// inside says that path lies below folder.
func inside(path, folder string) bool { return strings.HasPrefix(path, folder+"/") }

// straight says that no link between folder and path leads anywhere else: what a child may write it may
// have prepared, so that its next start shows it something of the host's.
func straight(path, folder string) bool {
	to, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	from, err := filepath.EvalSymlinks(folder)
	return err == nil && to == from+strings.TrimPrefix(path, folder)
}

func cutEnv(kv string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(kv, "=")
	return name, value, ok && name != ""
}
