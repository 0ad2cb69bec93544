package bundle

import (
	"archive/zip"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"appzone/host/fault"
	"appzone/host/signature"

	"github.com/klauspost/compress/flate"
)

// packTime is the time of every packed file: the first that zips can hold. The same folder gives the same bytes.
var packTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Pack writes the plugin in folder dir to w as a zip that [Open] accepts; nothing is written to w otherwise. Left out are version
// control (.git, .hg, .svn), files of operating systems, a former signature and empty folders; node_modules stays. A symbolic link or a
// special file is an error. The temporary file that it needs is removed.
func Pack(dir string, w io.Writer) error {
	temp, err := os.CreateTemp("", "appzone-pack-*.zip")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	if err := packTo(dir, temp); err != nil {
		return err
	}
	size, err := temp.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	b, err := Open(temp, size, DefaultLimits())
	if err != nil {
		return err
	}
	if err := b.Verify(); err != nil {
		return err
	}
	_, err = io.Copy(w, io.NewSectionReader(temp, 0, size))
	return err
}

func packTo(dir string, w io.Writer) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	out := zip.NewWriter(w)
	out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	// WalkDir goes in the order of names, so that the result is always the same.
	err = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != "." && (junk(p) || slices.Contains(historyNames, strings.ToLower(d.Name())) || signature.Own(strings.ToLower(p))):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			return fault.New(fault.Invalid, "pack_symlink", "%s is a symbolic link, which a plugin cannot hold; put the file itself in its place", quote(p))
		case !d.Type().IsRegular():
			return fault.New(fault.Invalid, "pack_special_file", "%s is a device, a pipe or a socket", quote(p))
		}
		return packFile(root, p, out)
	})
	if err != nil {
		return err
	}
	return out.Close()
}

func packFile(root *os.Root, p string, out *zip.Writer) error {
	file, err := root.Open(p)
	if err != nil {
		return err
	}
	defer file.Close()
	h := &zip.FileHeader{Name: p, Method: zip.Deflate, Modified: packTime}
	h.SetMode(0o644)
	w, err := out.CreateHeader(h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return err
}
