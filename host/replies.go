package host

import (
	"context"
	"slices"
	"sync"
	"time"

	"appzone/host/fault"
)

const (
	// repliesFor is how long an answer is kept for its idempotency key.
	repliesFor = 24 * time.Hour
	// repliesMax bounds the answers that are kept; the oldest goes.
	repliesMax = 2000
	// ReplyBodyMax is the largest body of an answer that is kept.
	ReplyBodyMax = 64 << 10
)

// replies knows which idempotency keys are in use and in what order answers were kept.
type replies struct {
	mu     sync.Mutex // guards what follows
	loaded bool
	order  []keptReply // oldest first
	busy   map[string]bool
}

type keptReply struct {
	key string
	at  time.Time
}

// Once begins the request that has this idempotency key (a hash over who, route and key). A kept answer to the same
// body is returned; without one the caller does the work and calls done with the answer, or with nil when there is
// nothing to keep. Another body under the key is 422, the same request twice at once 409.
func (h *Host) Once(ctx context.Context, key, bodyHash string) (kept *Reply, done func(*Reply), err error) {
	// A body may hold a password, which nobody should be able to guess from what is kept of it.
	bodyHash = h.secrets.Fingerprint([]byte(bodyHash))
	r := &h.replies
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := h.loadReplies(ctx); err != nil {
		return nil, nil, err
	}
	var reply Reply
	var ok bool
	err = h.view(ctx, func(rd Reader) error {
		reply, ok, err = tableReplies.find(rd, key)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if ok && time.Since(reply.KeptAt) < repliesFor {
		if reply.BodyHash != bodyHash {
			return nil, nil, fault.New(fault.Invalid, "idempotency_key_reused", "this Idempotency-Key was used with another request; use a new key for each operation")
		}
		return &reply, nil, nil
	}
	if r.busy[key] {
		return nil, nil, fault.New(fault.Conflict, "idempotency_in_progress", "a request with this Idempotency-Key is under way; wait for its answer, then repeat it")
	}
	r.busy[key] = true
	return nil, func(reply *Reply) { h.endOnce(key, bodyHash, reply) }, nil
}

// endOnce keeps the answer, if there is one, and frees the key.
func (h *Host) endOnce(key, bodyHash string, reply *Reply) {
	r := &h.replies
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, key)
	if reply == nil {
		return
	}
	now := time.Now().UTC()
	reply.KeptAt, reply.BodyHash = now, bodyHash
	gone := 0
	for gone < len(r.order) && (len(r.order)-gone >= repliesMax || now.Sub(r.order[gone].at) > repliesFor) {
		gone++
	}
	err := h.update(context.Background(), func(w Writer) error {
		for _, old := range r.order[:gone] {
			if err := tableReplies.delete(w, old.key); err != nil {
				return err
			}
		}
		return tableReplies.put(w, key, *reply)
	})
	if err != nil {
		h.log.Error("answer not kept for its idempotency key", "error", err)
		return
	}
	r.order = append(r.order[gone:], keptReply{key, now})
}

// loadReplies reads what a former run of the host kept; the caller holds mu.
func (h *Host) loadReplies(ctx context.Context) error {
	r := &h.replies
	if r.loaded {
		return nil
	}
	r.order, r.busy = nil, map[string]bool{}
	err := h.view(ctx, func(rd Reader) error {
		return tableReplies.each(rd, "", "", func(key string, v Reply) (bool, error) {
			r.order = append(r.order, keptReply{key, v.KeptAt})
			return true, nil
		})
	})
	if err != nil {
		return err
	}
	sortReplies(r.order)
	r.loaded = true
	return nil
}

func sortReplies(order []keptReply) {
	slices.SortFunc(order, func(a, b keptReply) int { return a.at.Compare(b.at) })
}
