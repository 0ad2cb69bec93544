package sandbox

import (
	"bytes"
	"io"
	"io/fs"
	"time"
)

// singleFile is a read-only file system with one file in it, whose contents are what read returns when it is opened.
// Settings are shown to a guest this way, so that nothing else of the folder that they lie in is.
type singleFile struct {
	name string
	read func() (contents []byte, modified time.Time, err error)
}

// String keeps what the file holds out of messages.
func (s singleFile) String() string { return s.name }

func (s singleFile) Open(name string) (fs.File, error) {
	if name != "." && name != s.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	contents, modified, err := s.read()
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	info := entry{name: s.name, size: int64(len(contents)), modified: modified}
	if name == "." {
		return &singleDir{info: entry{name: ".", dir: true}, list: []fs.DirEntry{fs.FileInfoToDirEntry(info)}}, nil
	}
	return &singleOpen{Reader: bytes.NewReader(contents), info: info}, nil
}

// singleOpen is the open file.
type singleOpen struct {
	*bytes.Reader
	info entry
}

func (f *singleOpen) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *singleOpen) Close() error               { return nil }

// singleDir is the open folder.
type singleDir struct {
	info entry
	list []fs.DirEntry
}

func (d *singleDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *singleDir) Close() error               { return nil }
func (d *singleDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: fs.ErrInvalid}
}

func (d *singleDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if len(d.list) == 0 && n > 0 {
		return nil, io.EOF
	}
	list := d.list
	d.list = nil
	return list, nil
}

// entry is what is known of the file or the folder.
type entry struct {
	name     string
	size     int64
	modified time.Time
	dir      bool
}

func (e entry) Name() string       { return e.name }
func (e entry) Size() int64        { return e.size }
func (e entry) ModTime() time.Time { return e.modified }
func (e entry) IsDir() bool        { return e.dir }
func (e entry) Sys() any           { return nil }
func (e entry) Mode() fs.FileMode {
	if e.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
