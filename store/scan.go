package store

import (
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// scan merges what is stored with what is pending, in one direction.
func (r *reader) scan(table, prefix, from string, back bool, fn visit) error {
	base, err := tablePrefix(table)
	if err != nil {
		return err
	}
	c := r.newCursor(base+prefix, base, from, back)
	defer c.close()
	for {
		key, stored, ok := c.next()
		if !ok {
			return nil
		}
		value, isPending := r.pending[key]
		if isPending && value == nil {
			continue // deleted by this update, perhaps during the scan
		}
		get := func(v any) error {
			if isPending {
				return decode(key, value, v)
			}
			return r.store.value(stored, func(b []byte) error { return decode(key, b, v) })
		}
		if more, err := fn(key[len(base):], get); err != nil || !more {
			return err
		}
	}
}

// cursor walks over stored and pending keys together.
type cursor struct {
	it     *badger.Iterator
	close  func()
	prefix string
	back   bool
	own    []string // pending keys that are still ahead, in the order of the walk
	moved  bool     // the iterator stands on a key that was handed out
}

func (r *reader) newCursor(prefix, base, from string, back bool) *cursor {
	it, done := r.store.iterate(r.txn, []byte(prefix), back)
	c := &cursor{it: it, close: done, prefix: prefix, back: back}
	bound := base + from
	for key := range r.pending {
		if strings.HasPrefix(key, prefix) && (from == "" || (back && key < bound) || (!back && key > bound)) {
			c.own = append(c.own, key)
		}
	}
	slices.Sort(c.own)
	if back {
		slices.Reverse(c.own)
	}
	c.seek(bound, from == "")
	return c
}

// seek puts the iterator on the first key of the walk.
func (c *cursor) seek(bound string, whole bool) {
	if !c.back {
		start := c.prefix
		if !whole {
			start = max(start, bound+"\x00") // keys hold no NUL: nothing lies between
		}
		c.it.Seek([]byte(start))
		return
	}
	end := after(c.prefix)
	if !whole {
		end = min(end, bound)
	}
	c.it.Seek([]byte(end))
	if c.it.Valid() && string(c.it.Item().Key()) >= end {
		c.it.Next()
	}
}

// next returns the next key, and its item if it is stored. The item is valid until the next call.
func (c *cursor) next() (key string, stored *badger.Item, ok bool) {
	if c.moved {
		c.it.Next()
		c.moved = false
	}
	if c.it.ValidForPrefix([]byte(c.prefix)) {
		key, ok = string(c.it.Item().Key()), true
	}
	if len(c.own) > 0 && (!ok || c.own[0] == key || (c.own[0] < key) != c.back) {
		c.moved = ok && c.own[0] == key
		key, c.own = c.own[0], c.own[1:]
		return key, nil, true
	}
	if !ok {
		return "", nil, false
	}
	c.moved = true
	return key, c.it.Item(), true
}

// after is the first key behind all that begin with prefix, which does not end in 0xff alone.
func after(prefix string) string {
	b := []byte(prefix)
	for b[len(b)-1] == 0xff {
		b = b[:len(b)-1]
	}
	b[len(b)-1]++
	return string(b)
}
