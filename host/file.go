package host

import (
	"appzone/host/history"
	"appzone/host/manifest"
)

// File is one file of a version, as recorded when the zip was taken in.
type File struct {
	// Path is relative to the manifest, with slashes, valid by fs.ValidPath.
	Path string `json:"path"`
	Size int64  `json:"size"`
	// SHA256 is the digest of the content and its key among the blobs.
	SHA256 Digest `json:"sha256"`
	// Type is the content type that it is served with.
	Type string `json:"type"`
	// Gzip and Brotli are encoded copies, where they are smaller.
	Gzip   *Variant `json:"gzip,omitempty"`
	Brotli *Variant `json:"brotli,omitempty"`
}

// blobs are the digests of the content and of its copies.
func (f *File) blobs() []Digest {
	all := []Digest{f.SHA256}
	for _, variant := range []*Variant{f.Gzip, f.Brotli} {
		if variant != nil {
			all = append(all, variant.SHA256)
		}
	}
	return all
}

// Variant is an encoded copy of a file.
type Variant struct {
	SHA256 Digest `json:"sha256"`
	Size   int64  `json:"size"`
}

// Site is what a door to an installed plugin needs to know: the files that may be served to a browser, who sees it, and what it may
// do there. It never changes; another version, edit or grant makes another Site.
type Site struct {
	Plugin  string
	Version string
	// Digest is the version's, and so a cache key for everything derived from it.
	Digest Digest
	// Script tells that what is not among the files goes to the plugin's process.
	Script bool
	// Sidebar is on whose sidebar the plugin is, as [Actor.Opens] takes it.
	Sidebar string
	// Views are the pages of the two sides.
	Views manifest.Views
	// Grants are what an administrator agreed to; nil for nothing. They are not to be changed.
	Grants *Grants
	// Files by path.
	Files map[string]*File
	// Meter is to be told of every request that is answered with the site; never nil.
	Meter *history.Meter

	bar     *bar // why it is not served; nil: it is
	damaged bool // it is not served, since files are not what was installed
}
