package quickjs

import (
	"encoding/base32"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	esys "github.com/tetratelabs/wazero/experimental/sys"

	"appzone/sandbox/rootfs"
)

const (
	// maxKeyBytes bounds a key, so that its file's name fits every file system.
	maxKeyBytes = 150
	// maxValueBytes bounds a stored value, and a file of the plugin that is read.
	maxValueBytes = 8 << 20
	// maxListed bounds one answer of list.
	maxListed = 1001
	// storageFolder is in the data folder, storageDraft in it.
	storageFolder = "storage"
	storageDraft  = storageFolder + "/draft"
)

// fileNames turns keys into names of files that no file system folds, whose order is the keys'.
var fileNames = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// hostStorage is env.storage and env.files: what to do, a key or a path, and what else that takes.
func (i *Instance) hostStorage(a *arguments) (value, error) {
	op, err := a.text(0)
	if err != nil {
		return undefined, err
	}
	key, err := a.text(1)
	if err != nil {
		return undefined, err
	}
	switch op {
	case "file":
		return i.readFile(i.options.App, strings.TrimPrefix(key, "/"))
	case "list":
		return i.list(a, key)
	}
	if key == "" || len(key) > maxKeyBytes || !utf8.ValidString(key) || strings.Contains(key, "\x00") {
		return undefined, &thrown{"EINVAL", "a key of the storage has 1 to 150 bytes, and no NUL"}
	}
	name := storageFolder + "/" + fileNames.EncodeToString([]byte(key))
	switch op {
	case "get":
		return i.readFile(i.options.Data, name)
	case "put":
		b, err := a.bytes(2)
		if err != nil {
			return undefined, err
		}
		return undefined, i.put(name, b)
	case "delete":
		errno := i.options.Data.Unlink(name)
		if errno != 0 && errno != esys.ENOENT {
			return undefined, storageError("delete", errno)
		}
		return undefined, nil
	}
	return undefined, errArguments
}

// readFile returns a file's bytes, or null.
func (i *Instance) readFile(folder *rootfs.FS, name string) (value, error) {
	if !fs.ValidPath(name) || strings.Contains(name, "\x00") {
		return null, nil
	}
	f, errno := folder.OpenFile(name, esys.O_RDONLY, 0)
	if errno == esys.ENOENT || errno == esys.ENOTDIR || errno == esys.ENAMETOOLONG {
		return null, nil
	}
	if errno != 0 {
		return undefined, storageError("read", errno)
	}
	defer f.Close()
	st, errno := f.Stat()
	if errno != 0 {
		return undefined, storageError("read", errno)
	}
	if !st.Mode.IsRegular() {
		return null, nil
	}
	if st.Size > maxValueBytes {
		return undefined, &thrown{"EMSGSIZE", "the file has more than 8 MiB"}
	}
	b := make([]byte, st.Size)
	if _, err := io.ReadFull(fileReader{f}, b); err != nil {
		return undefined, &thrown{"EIO", "the file could not be read"}
	}
	return i.vm.newBytes(b), nil
}

// put replaces a file as a whole: what was there before is there until everything is written.
func (i *Instance) put(name string, b []byte) error {
	if len(b) > maxValueBytes {
		return &thrown{"EMSGSIZE", "a value of the storage has at most 8 MiB"}
	}
	data := i.options.Data
	if errno := data.Mkdir(storageFolder, 0o700); errno != 0 && errno != esys.EEXIST {
		return storageError("write", errno)
	}
	f, errno := data.OpenFile(storageDraft, esys.O_WRONLY|esys.O_CREAT|esys.O_TRUNC, 0o600)
	if errno != 0 {
		return storageError("write", errno)
	}
	for rest := b; len(rest) > 0 && errno == 0; {
		var n int
		n, errno = f.Write(rest)
		rest = rest[n:]
	}
	if e := f.Close(); errno == 0 {
		errno = e
	}
	if errno == 0 {
		errno = data.Rename(storageDraft, name)
	}
	if errno != 0 {
		_ = data.Unlink(storageDraft)
		return storageError("write", errno)
	}
	return nil
}

// list returns the keys with a prefix that come after another key, in order: separated by NUL, and at most as many as asked.
func (i *Instance) list(a *arguments, prefix string) (value, error) {
	after, err := a.text(2)
	if err != nil {
		return undefined, err
	}
	most, err := a.id(3)
	if err != nil || most < 1 || most > maxListed {
		return undefined, errArguments
	}
	d, errno := i.options.Data.OpenFile(storageFolder, esys.O_RDONLY|esys.O_DIRECTORY, 0)
	if errno == esys.ENOENT {
		return i.vm.newString(nil), nil
	}
	if errno != 0 {
		return undefined, storageError("list", errno)
	}
	defer d.Close()
	var keys []string
	for {
		entries, errno := d.Readdir(1000)
		if errno != 0 {
			return undefined, storageError("list", errno)
		}
		for _, e := range entries {
			key, err := fileNames.DecodeString(e.Name)
			if e.Name != "draft" && err == nil && strings.HasPrefix(string(key), prefix) && string(key) > after {
				keys = append(keys, string(key))
			}
		}
		if len(entries) < 1000 {
			break
		}
	}
	slices.Sort(keys)
	keys = keys[:min(len(keys), int(most))]
	return i.vm.newString([]byte(strings.Join(keys, "\x00"))), nil
}

// fileReader reads a file of the guest.
type fileReader struct{ esys.File }

func (r fileReader) Read(b []byte) (int, error) {
	n, errno := r.File.Read(b)
	switch {
	case errno != 0:
		return n, errno
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// storageError is what a program gets to know. The folder has no error of its own for a lack of space: it is EIO.
func storageError(what string, errno esys.Errno) error {
	if errno == esys.EIO {
		return &thrown{"ENOSPC", "there is no space left in the plugin's data folder"}
	}
	return &thrown{"EIO", "the storage could not " + what + ": " + errno.Error()}
}

// codeOf is the code of an error that a program gets, "" where there is none.
func codeOf(err error) string {
	var t *thrown
	if errors.As(err, &t) {
		return t.code
	}
	return ""
}
