package host

import (
	"strconv"
	"sync"
	"time"
)

// idTime is how many digits of an id are its time.
const idTime = 11

// ids makes ids each of which sorts behind all former ones, also when the clock is set back: what is listed by its id, and removed
// when it is old, would be in a wrong order otherwise.
type ids struct {
	mu   sync.Mutex // guards last
	last int64      // milliseconds
}

// next makes an id at now.
func (i *ids) next(now time.Time) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last = max(now.UnixMilli(), i.last+1)
	return newID(time.UnixMilli(i.last))
}

// follow makes those to come sort behind id, which was made before.
func (i *ids) follow(id string) {
	if len(id) < idTime {
		return
	}
	at, err := strconv.ParseInt(id[:idTime], 16, 64)
	if err != nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last = max(i.last, at)
}
