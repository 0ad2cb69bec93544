package rootfs

import (
	"io/fs"

	"github.com/tetratelabs/wazero/sys"
)

// entryBytes is what each file or folder costs beside its contents, so that a million empty
// files are not free.
const entryBytes = 4096

// Quota counts what a guest keeps in one writable folder: the length of its files, holes
// included, and 4 KiB for each entry. It is for one [FS].
type Quota struct {
	limit    int64
	used     int64
	exceeded bool
	nodes    map[identity]*node
}

// identity tells files apart whatever they are called.
type identity struct{ dev, ino uint64 }

// node is a file that the guest has open, however often.
type node struct {
	id      identity
	opens   int
	size    int64
	removed bool
}

// NewQuota makes a quota of limitBytes; 0 or less means no limit.
func NewQuota(limitBytes int64) *Quota {
	return &Quota{limit: limitBytes, nodes: map[identity]*node{}}
}

// Used is what is charged now, in bytes.
func (q *Quota) Used() int64 { return q.used }

// TakeExceeded says whether something was refused for lack of space since it was last asked.
func (q *Quota) TakeExceeded() bool {
	was := q.exceeded
	q.exceeded = false
	return was
}

// take charges n bytes, or refuses and remembers it. A nil quota is that of a read-only
// folder, where nothing is charged.
func (q *Quota) take(n int64) bool {
	if q == nil {
		return true
	}
	if n > 0 && q.limit > 0 && q.used+n > q.limit {
		q.exceeded = true
		return false
	}
	q.used += n
	return true
}

func (q *Quota) give(n int64) { q.take(-n) }

// full remembers that the disk itself refused.
func (q *Quota) full() {
	if q != nil {
		q.exceeded = true
	}
}

// resize charges the difference to the node's new size. Shrinking always succeeds.
func (q *Quota) resize(n *node, size int64) bool {
	if !q.take(size - n.size) {
		return false
	}
	n.size = size
	return true
}

// open counts one more use of a file.
func (q *Quota) open(info fs.FileInfo) *node {
	if q == nil {
		return &node{size: info.Size()}
	}
	id := identify(info)
	n := q.nodes[id]
	if n == nil {
		n = &node{id: id, size: info.Size()}
		q.nodes[id] = n
	}
	n.opens++
	return n
}

// close ends one use. What was removed while it was open is given back with the last one,
// since the kernel keeps it until then too.
func (q *Quota) close(n *node) {
	if q == nil {
		return
	}
	if n.opens--; n.opens > 0 {
		return
	}
	delete(q.nodes, n.id)
	if n.removed {
		q.give(n.size + entryBytes)
	}
}

// removed gives back what an entry cost that is no longer there.
func (q *Quota) removed(info fs.FileInfo) {
	if info.Mode().IsRegular() {
		if n := q.nodes[identify(info)]; n != nil {
			n.removed = true
			return
		}
		q.give(info.Size())
	}
	q.give(entryBytes)
}

// scan charges what is there already. The guest may then only read and remove if that is
// over the limit.
func (q *Quota) scan(root fs.FS) error {
	return fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		q.used += entryBytes
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			q.used += info.Size()
		}
		return nil
	})
}

func identify(info fs.FileInfo) identity {
	st := sys.NewStat_t(info)
	return identity{dev: st.Dev, ino: st.Ino}
}
