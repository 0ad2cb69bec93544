package static

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"

	"github.com/maypok86/otter/v2"

	"appzone/host"
	"appzone/host/fault"
)

const (
	defaultCacheBytes = 64 << 20
	// defaultSmallBytes is where streaming begins to cost less than keeping.
	defaultSmallBytes = 256 << 10
	// cacheOverhead is what an entry of the cache costs beside its body.
	cacheOverhead = 160
	// tableFiles is how many files all tables that are kept may have together.
	tableFiles = 200_000
)

// Options configure a [Server].
type Options struct {
	// Blobs holds the content. Required.
	Blobs host.Blobs
	// CacheBytes bounds the memory for small bodies; default 64 MiB.
	CacheBytes int64
	// SmallBytes is the largest body that is kept in memory; default 256 KiB. Larger ones
	// are written from the blob in pieces.
	SmallBytes int64
	// Dir is a folder for copies of bodies of 16 KiB and more, which the kernel sends by
	// itself. It is made if need be, and no name appears in it. Default: no copies, as on
	// systems other than Linux and with TLS.
	Dir string
	// DirBytes bounds the copies; default 256 MiB. A body above a quarter of it is not
	// copied, and none is when the disk has less than four times as much room.
	DirBytes int64
	// Logger gets one line if Dir cannot be used; default: none.
	Logger *slog.Logger
}

// Server serves sites. Its methods may be called from any goroutine.
type Server struct {
	blobs host.Blobs
	small int64
	arena *arena
	// bodies are pointer-free, so that the collector never looks into them.
	bodies *otter.Cache[host.Digest, []byte]
	tables *otter.Cache[host.Digest, map[string]*entry]
}

// New makes a server.
func New(o Options) *Server {
	return &Server{
		arena: openArena(o),
		blobs: o.Blobs,
		small: cmp.Or(o.SmallBytes, defaultSmallBytes),
		bodies: otter.Must(&otter.Options[host.Digest, []byte]{
			MaximumWeight: uint64(max(0, cmp.Or(o.CacheBytes, defaultCacheBytes))),
			Weigher:       func(_ host.Digest, b []byte) uint32 { return uint32(len(b) + cacheOverhead) },
		}),
		tables: otter.Must(&otter.Options[host.Digest, map[string]*entry]{
			MaximumWeight: tableFiles,
			Weigher: func(_ host.Digest, t map[string]*entry) uint32 {
				return uint32(min(len(t)+1, tableFiles))
			},
		}),
	}
}

// DiskBytes is how much of the disk copies take at present, at most [Options.DirBytes].
func (s *Server) DiskBytes() int64 {
	if s.arena == nil {
		return 0
	}
	return s.arena.bytes()
}

// Close drops what is cached and ends the cache's goroutines. Answers under way go on.
func (s *Server) Close() {
	if s.arena != nil {
		s.arena.close()
	}
	s.bodies.InvalidateAll()
	s.tables.InvalidateAll()
	s.bodies.StopAllGoroutines()
	s.tables.StopAllGoroutines()
}

// openArena gives nil if there shall or can be none.
func openArena(o Options) *arena {
	if o.Dir == "" {
		return nil
	}
	a, err := newArena(o.Dir, cmp.Or(o.DirBytes, defaultArenaBytes))
	if err != nil {
		if o.Logger != nil {
			o.Logger.Warn("large files will be sent at a higher cost", "folder", o.Dir, "error", err)
		}
		return nil
	}
	return a
}

// table gives the entries of a site, made at its first request.
func (s *Server) table(site *host.Site) map[string]*entry {
	if t, ok := s.tables.GetIfPresent(site.Digest); ok {
		return t
	}
	t := index(site)
	s.tables.Set(site.Digest, t)
	return t
}

// body gives a small body, from the cache or the blob.
func (s *Server) body(f *form) ([]byte, error) {
	if b, ok := s.bodies.GetIfPresent(f.digest); ok {
		return b, nil
	}
	blob, err := s.open(f)
	if err != nil {
		return nil, err
	}
	defer func() { _ = blob.Close() }()
	b := make([]byte, f.size)
	if n, err := blob.ReadAt(b, 0); n != len(b) && err != nil {
		return nil, missing(err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != string(f.digest) { // what is kept outlives the repair of the store
		return nil, missing(errors.New("it is not what was stored"))
	}
	s.bodies.Set(f.digest, b)
	return b, nil
}

func (s *Server) open(f *form) (host.Blob, error) {
	blob, err := s.blobs.Open(f.digest)
	if err != nil {
		return nil, missing(err)
	}
	if blob.Size() != f.size {
		_ = blob.Close()
		return nil, missing(io.ErrUnexpectedEOF)
	}
	return blob, nil
}

// missing reports a file that the version has and the store has not.
func missing(err error) error {
	if errors.Is(err, host.ErrNoRecord) {
		return fault.Wrap(err, fault.Internal, "content_missing",
			"the content of this file is missing in the host's store; install the plugin again")
	}
	return fault.Wrap(err, fault.Internal, "content_unreadable",
		"the content of this file cannot be read from the host's store; its log has the cause")
}
