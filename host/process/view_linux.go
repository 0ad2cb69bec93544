package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// viewRoot is where the new file tree is put together before it becomes the root. Any folder
// would do: everything is reached by descriptors that were opened before.
const viewRoot = "/tmp"

// shown is one path of the new tree.
type shown struct {
	path   string
	source *os.File // what the host has there, opened by O_PATH
	folder bool
	clear  uint64 // mount attributes: what must not be possible there
}

// view makes a file tree that holds nothing but what the jail shows, a /proc of the own PID
// namespace and the overlay, and makes it the root of this mount namespace. What is not in it
// cannot even be named: neither files nor sockets.
func (o *order) view() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	all, err := o.openShown()
	defer func() {
		for _, s := range all {
			_ = s.source.Close()
		}
	}()
	if err != nil {
		return err
	}
	overlay, err := o.openOverlay()
	defer closeAll(overlay)
	if err != nil {
		return err
	}
	before := unix.Umask(0o022)
	defer unix.Umask(before)
	if err := unix.Mount("tmpfs", viewRoot, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size=1m"); err != nil {
		return fmt.Errorf("mount a new root: %w", err)
	}
	if err := o.fillView(all, overlay); err != nil {
		return err
	}
	return enterView()
}

// fillView mounts everything below viewRoot. Parents come before children, so that what is deeper lies on top.
func (o *order) fillView(all []shown, overlay []*os.File) error {
	if o.Jail.SystemFiles {
		if err := o.systemLinks(); err != nil {
			return err
		}
	}
	for _, s := range all {
		if err := s.bind(); err != nil {
			return fmt.Errorf("show %s: %w", s.path, err)
		}
	}
	if overlay != nil {
		target := viewRoot + o.Jail.Overlay.Target
		if err := mountOverlay(target, overlay); err != nil {
			return fmt.Errorf("lay the overlay over %s: %w", o.Jail.Overlay.Target, err)
		}
	}
	return mountProc()
}

// openShown opens all sources while the host's tree is still there.
func (o *order) openShown() ([]shown, error) {
	var all []shown
	add := func(path string, clear uint64, must bool) error {
		f, err := os.OpenFile(path, unix.O_PATH, 0)
		if errors.Is(err, os.ErrNotExist) && !must {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil {
			_ = f.Close()
			return err
		}
		all = append(all, shown{path: path, source: f, folder: info.IsDir(), clear: clear})
		return nil
	}
	for _, path := range o.systemPaths() {
		if err := add(path, readOnly, false); err != nil {
			return all, err
		}
	}
	for _, path := range o.devices() {
		if err := add(path, device, false); err != nil {
			return all, err
		}
	}
	for _, path := range append(slices.Clone(o.Jail.ReadOnly), o.Jail.Sockets...) {
		if err := add(path, readOnly, true); err != nil {
			return all, err
		}
	}
	for _, path := range o.Jail.ReadWrite {
		if err := add(path, readWrite, true); err != nil {
			return all, err
		}
	}
	slices.SortStableFunc(all, func(a, b shown) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

const (
	readWrite = unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV
	readOnly  = readWrite | unix.MOUNT_ATTR_RDONLY
	// A device on a read-only mount is written to as ever; its permissions, which are the whole machine's, are not.
	device = unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NOEXEC | unix.MOUNT_ATTR_RDONLY
)

// bind shows one path in the new tree.
func (s shown) bind() error {
	target := viewRoot + s.path
	if err := makeTarget(target, s.folder); err != nil {
		return err
	}
	if err := unix.Mount(descriptorPath(s.source), target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return unix.MountSetattr(unix.AT_FDCWD, target, unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: s.clear})
}

// makeTarget makes what a mount can stand on, unless something that was shown before has it.
func makeTarget(target string, folder bool) error {
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if folder {
		return os.MkdirAll(target, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, nil, 0o644)
}

func descriptorPath(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// openOverlay opens the folders of the overlay: lower, upper, work.
func (o *order) openOverlay() ([]*os.File, error) {
	if !o.Plan.Overlay {
		return nil, nil
	}
	var files []*os.File
	v := o.Jail.Overlay
	for _, path := range []string{v.Lower, v.Upper, v.Work} {
		f, err := os.OpenFile(path, unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			return files, err
		}
		files = append(files, f)
	}
	return files, nil
}

// mountOverlay names the folders by descriptor: no path needs quoting, none shows in /proc/mounts.
// Its notes go to user attributes, so that runs as root and as a user find each other's.
func mountOverlay(target string, f []*os.File) error {
	if err := makeTarget(target, true); err != nil {
		return err
	}
	data := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s,userxattr", descriptorPath(f[0]), descriptorPath(f[1]), descriptorPath(f[2]))
	return unix.Mount("overlay", target, "overlay", unix.MS_NOSUID|unix.MS_NODEV, data)
}

// enterView makes viewRoot the root and lets go of the old one.
func enterView() error {
	if err := unix.Chdir(viewRoot); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("let go of the old root: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	return unix.MountSetattr(unix.AT_FDCWD, "/", 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
}
