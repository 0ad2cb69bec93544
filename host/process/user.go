package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"appzone/host/fault"
)

// The user ids of a root host's children, which are their group ids too. They lie above what login accounts, directories
// (to 2,000,200,000 as they come), subordinate ids and containers (to 1,879,048,191) are given, and below 2^31, where some
// programs take an id for a negative number. No account of the machine must have one of them.
const (
	// BuildUser is the id of children that make something of a plugin before it runs: installs, compilers, readers.
	BuildUser = 2_100_000_000
	// MaxPluginNumber is the last number that PluginUser takes.
	MaxPluginNumber = 999_999
)

// PluginUser is the user id of the plugin with a number from 1 to [MaxPluginNumber].
func PluginUser(number int) int { return BuildUser + number }

// Bounds of a folder that changes its owner: a plugin fills it.
const (
	maxGivenEntries = 5_000_000
	maxGivenDepth   = 200
)

// own makes the child's user the owner of what the jail gives it. What the version itself brings stays the
// host's where it is read-only, as code is: an owner may change permissions.
func (p *Process) own(ctx context.Context) error {
	if !p.machine.Root {
		return nil
	}
	j := p.spec.Jail
	g := giver{ctx: ctx, uid: p.machine.plan(j, p.spec.Limits).UserID, left: maxGivenEntries}
	for _, dir := range append(append([]string{}, j.ReadWrite...), j.Private...) {
		if err := g.give(dir); err != nil {
			return err
		}
	}
	v := j.Overlay
	if v == nil {
		return nil
	}
	code := g
	code.keep = func(i fs.FileInfo) bool { return i.Mode().IsRegular() && i.Mode().Perm()&0o200 == 0 }
	if err := code.give(v.Lower); err != nil {
		return err
	}
	g.again = true // the host writes there too: what administrators edit, and copies
	if p.merged {
		if err := g.give(v.Target); err != nil {
			return err
		}
	}
	return g.give(v.Upper)
}

// giver changes the owner of folders with all that is in them. It follows no links. The folder itself comes last: one
// that has its owner already was given as a whole, and is not looked through again unless again is set.
type giver struct {
	ctx   context.Context
	uid   int
	again bool
	keep  func(fs.FileInfo) bool // what keeps its owner; nil for nothing
	left  int                    // entries that may still come
}

func (g *giver) give(dir string) error {
	err := g.giveAll(dir)
	if f := (*fault.Error)(nil); err == nil || errors.As(err, &f) || g.ctx.Err() != nil {
		return err
	}
	if g.uid == 0 && errors.Is(err, fs.ErrPermission) {
		return nil // nothing is given away, and a file system that does not let root take it back may let root use it
	}
	return fault.Wrap(err, fault.Internal, "jail_refused",
		"the folder %s could not be given to the user id %d of the child that uses it; its file system must keep owners", dir, g.uid)
}

func (g *giver) giveAll(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	info, err := root.Lstat(".")
	if err != nil {
		return err
	}
	if !g.again && ownerOf(info) == g.uid {
		return nil
	}
	if err := g.folder(root, "."); err != nil {
		return err
	}
	return g.one(root, ".", info)
}

// folder gives what is in a folder.
func (g *giver) folder(root *os.Root, dir string) error {
	// A folder that became a pipe meanwhile is refused, not waited for.
	d, err := root.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(1024)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = g.ctx.Err()
		}
		if err != nil {
			return err
		}
		if g.left -= len(entries); g.left < 0 || strings.Count(dir, "/") >= maxGivenDepth {
			return fault.New(fault.TooLarge, "folder_too_large",
				"%s holds more than %d files or nests deeper than %d folders, too much to change its owner; remove some", root.Name(), maxGivenEntries, maxGivenDepth)
		}
		for _, e := range entries {
			if err := g.entry(root, path.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
}

func (g *giver) entry(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if err := g.folder(root, name); err != nil {
			return err
		}
	}
	return g.one(root, name, info)
}

func (g *giver) one(root *os.Root, name string, info fs.FileInfo) error {
	if ownerOf(info) == g.uid || g.keep != nil && g.keep(info) {
		return nil
	}
	if err := root.Lchown(name, g.uid, g.uid); err != nil {
		return fmt.Errorf("change the owner of %q: %w", name, err)
	}
	return nil
}

// ownerOf is a file's user id, -1 where the system does not tell.
func ownerOf(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}
