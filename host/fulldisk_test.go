package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// watchedStore knows of the last act whether a full disk would have let it through.
type watchedStore struct {
	host.Store

	mu   sync.Mutex // guards last
	last watched
}

type watched struct {
	essential, act bool
	largest        int
}

// essentialMax is below which every record of an essential update must be.
const essentialMax = 1 << 10

func (s *watchedStore) Update(ctx context.Context, fn func(host.Writer) error) error {
	return s.Store.Update(ctx, func(w host.Writer) error {
		var seen watched
		err := fn(&watchedWriter{w, &seen})
		if seen.act { // events are written beside
			s.set(seen)
		}
		return err
	})
}

func (s *watchedStore) set(w watched) (old watched) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, s.last = s.last, w
	return old
}

type watchedWriter struct {
	host.Writer
	seen *watched
}

func (w *watchedWriter) Essential() { w.seen.essential = true }

func (w *watchedWriter) Put(table, key string, v any) error {
	w.seen.act = w.seen.act || table == "audit"
	if b, err := json.Marshal(v); err == nil {
		w.seen.largest = max(w.seen.largest, len(b))
	}
	return w.Writer.Put(table, key, v)
}

// Rights can be taken away on a full disk, however much was given.
func TestTakingAwayNeedsNoRoom(t *testing.T) {
	var s *watchedStore
	r := newRig(t, func(c *host.Config) {
		s = &watchedStore{Store: c.Store}
		c.Store = s
	})
	var ids []string
	for i := range 60 {
		name := fmt.Sprintf("Plugin with a long name, number %d", i)
		ids = append(ids, r.mustUpload(fmt.Sprintf(html, name, "1.0.0", "")).ID)
	}
	list := `"` + strings.Join(ids, `","`) + `"`
	_, err := r.CreateProfile(t.Context(), []byte(`{"name":"Desk","role":"agent","plugins":[`+list+`]}`), admin)
	require.NoError(t, err)
	for _, name := range []string{"anna", "berta"} {
		r.member(name, "agent", `,"profile":"desk","plugins":[`+list+`]`)
	}
	token := r.token(admin, host.TokenRequest{Scopes: []string{"*"}})
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"one plugin is taken from a member", func() error { return r.edit("anna", `{"plugins":["`+strings.Join(ids[1:], `","`)+`"]}`) }},
		{"one plugin is taken from a profile", func() error {
			_, err := r.EditProfile(t.Context(), "desk", []byte(`{"plugins":["`+strings.Join(ids[1:], `","`)+`"]}`), 0, admin)
			return err
		}},
		{"a plugin is removed that everybody has", func() error { return r.Remove(t.Context(), ids[5], false, admin) }},
		{"the profile is taken from a member", func() error { return r.edit("anna", `{"profile":null}`) }},
		{"a member is demoted, and keeps the plugins", func() error { return r.edit("anna", `{"role":"user"}`) }},
		{"a member's password is taken", func() error { return r.edit("berta", `{"password":null,"profile":null}`) }},
		{"a member is deleted", func() error { return r.DeleteMember(t.Context(), "anna", 0, admin) }},
		{"a profile is deleted", func() error { return r.DeleteProfile(t.Context(), "desk", 0, admin) }},
		{"a token is revoked", func() error { return r.DeleteToken(t.Context(), token.ID, admin) }},
	} {
		s.set(watched{})
		require.NoError(t, c.do(), c.name)
		seen := s.set(watched{})
		assert.True(t, seen.act && seen.essential, c.name)
		assert.Less(t, seen.largest, essentialMax, c.name)
	}
}
