package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
)

const (
	// desktopUsers is how many members one event can be for.
	desktopUsers = 100
	// desktopData is how many bytes of JSON an event's data may have.
	desktopData = 16 << 10
)

// DesktopMessage is the body of POST /events/desktop: something that happens on the desktops of members.
type DesktopMessage struct {
	// Type is screenPop, call.<word> or chat.<word>.
	Type string `json:"type"`
	// Users are the names of the members whom it is for, 1 to 100.
	Users []string `json:"users"`
	// Data is what pages are told: an object of at most 16 KiB; left out, it is an empty one.
	Data json.RawMessage `json:"data"`
}

// DesktopEvent is a desktop message as a page gets it.
type DesktopEvent struct {
	Type string          `json:"type"`
	Time time.Time       `json:"time"`
	Data json.RawMessage `json:"data"`
}

// SendDesktop gives a message to the open pages of the members whom it is for, if their plugin was granted its type and is still
// theirs, and returns to how many. Nothing is kept: a page that is not open never gets it. It is no change of anything, so
// it is not in the audit trail.
func (h *Host) SendDesktop(ctx context.Context, m DesktopMessage, actor Actor) (delivered int, err error) {
	if err := m.check(h.accounts); err != nil {
		return 0, err
	}
	e := DesktopEvent{Type: m.Type, Time: time.Now().UTC(), Data: m.Data}
	for _, l := range h.desktop.of(m.Users) {
		if h.hears(ctx, l, m.Type) && h.desktop.offer(l, e) {
			delivered++
		}
	}
	h.log.Debug("desktop event", "type", m.Type, "users", len(m.Users), "pages", delivered, "actor", actor.User)
	return delivered, nil
}

// hears tells whether a page may be told of an event, as things are now.
func (h *Host) hears(ctx context.Context, l *DesktopListener, kind string) bool {
	actor, ok := h.ByCredential(l.credential)
	if !ok {
		return false
	}
	site, err := h.Open(ctx, l.plugin, actor)
	return err == nil && site.Grants.hears(kind)
}

// check brings the message in order, or says what is wrong with it.
func (m *DesktopMessage) check(a *accounts) error {
	e := fault.New(fault.Invalid, "desktop_event_invalid", "the event cannot be sent like this")
	if !manifest.ValidDesktopType(m.Type) {
		e.WithField("type", "must be screenPop, or call. or chat. and a word, such as call.ringing")
	}
	if len(m.Users) == 0 || len(m.Users) > desktopUsers {
		e.WithField("users", "must name 1 to %d members", desktopUsers)
	} else {
		a.checkUsers(m.Users, e)
	}
	if m.Data = bytes.TrimSpace(m.Data); len(m.Data) == 0 {
		m.Data = json.RawMessage(`{}`)
	}
	switch {
	case m.Data[0] != '{':
		e.WithField("data", "must be an object")
	case len(m.Data) > desktopData:
		e.WithField("data", "has %d bytes and may have %d", len(m.Data), desktopData)
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// checkUsers adds to e the names that no member has.
func (a *accounts) checkUsers(users []string, e *fault.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, user := range users {
		if _, ok := a.members[user]; !ok {
			e.WithField(fmt.Sprintf("users[%d]", i), "there is no member of this name")
		}
	}
}
