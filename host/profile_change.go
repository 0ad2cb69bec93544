package host

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// profilesMax bounds the profiles.
const profilesMax = 1000

// profileInput is what POST and PATCH /profiles take: absent fields stay, null clears.
type profileInput struct {
	Name    json.RawMessage `json:"name"`
	Role    json.RawMessage `json:"role"`
	Plugins json.RawMessage `json:"plugins"`
}

// apply changes p and names what cannot be.
func (in *profileInput) apply(p *Profile) error {
	e := errProfileInvalid()
	take(e, "name", in.Name, &p.Name)
	take(e, "role", in.Role, &p.Role)
	if in.Plugins != nil {
		takePlugins(e, in.Plugins, &p.Plugins)
	}
	if p.Name = takeName(e, p.Name); len(e.Fields) == 0 && p.ID == "" {
		if p.ID = manifest.Words(p.Name); p.ID == "" {
			e.WithField("name", "has no letter a to z and no digit, so that no id can be made from it: add some")
		}
	}
	if p.Role != RoleUser && p.Role != RoleAgent {
		e.WithField("role", "must be user or agent: administrators have every plugin")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// CreateProfile adds a profile from the JSON of POST /profiles. Its id is made from its name and stays.
func (h *Host) CreateProfile(ctx context.Context, body []byte, actor Actor) (ProfileView, error) {
	var in profileInput
	next := Profile{Plugins: []string{}}
	if err := decodePatch(body, &in); err != nil {
		return ProfileView{}, err
	}
	if err := in.apply(&next); err != nil {
		return ProfileView{}, err
	}
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return ProfileView{}, err
	}
	defer a.unlock()
	if other, taken := a.profiles[next.ID]; taken {
		return ProfileView{}, fault.New(fault.Conflict, "id_taken", "the name %q gives the id %q, which belongs to the profile %q", next.Name, next.ID, other.Name).
			WithField("name", "gives the id of another profile")
	}
	if len(a.profiles) >= profilesMax {
		return ProfileView{}, fault.New(fault.Conflict, "too_many_profiles", "there are %d profiles already; delete those that are not needed", len(a.profiles))
	}
	return a.saveProfile(ctx, actor, "profile.created", Profile{}, next)
}

// EditProfile applies a merge patch (RFC 7396) to a profile, which holds for its members at once. revision is the one that
// the editor saw; 0 takes any.
func (h *Host) EditProfile(ctx context.Context, id string, patch []byte, revision uint64, actor Actor) (ProfileView, error) {
	var in profileInput
	if err := decodePatch(patch, &in); err != nil {
		return ProfileView{}, err
	}
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return ProfileView{}, err
	}
	defer a.unlock()
	old, err := a.profile(id, revision)
	if err != nil {
		return ProfileView{}, err
	}
	next := old
	if err := in.apply(&next); err != nil {
		return ProfileView{}, err
	}
	if n := a.membersOf(id); next.Role != old.Role && n > 0 {
		return ProfileView{}, errProfileInUse(id, n, "its role cannot change")
	}
	if next.Name == old.Name && next.Role == old.Role && slices.Equal(next.Plugins, old.Plugins) {
		return a.profileView(old), nil
	}
	return a.saveProfile(ctx, actor, "profile.edited", old, next)
}

// DeleteProfile deletes a profile that no member has.
func (h *Host) DeleteProfile(ctx context.Context, id string, revision uint64, actor Actor) error {
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return err
	}
	defer a.unlock()
	old, err := a.profile(id, revision)
	if err != nil {
		return err
	}
	if n := a.membersOf(id); n > 0 {
		return errProfileInUse(id, n, "it cannot be deleted")
	}
	act := Act{Kind: "profile.deleted", Subject: id, Before: profileFacts{old.Name, old.Role}, Data: map[string]any{"plugins": len(old.Plugins)}}
	err = a.change(ctx, actor, act, func(w Writer, _ *Act) error {
		w.Essential()
		return errors.Join(giveAndTake(w, profileOwner+id, old.Plugins, nil), tableProfiles.delete(w, id))
	})
	if err == nil {
		delete(a.profiles, id)
	}
	return err
}

// profileFacts is what the audit trail says that a profile is.
type profileFacts struct {
	Name string `json:"name"`
	Role Role   `json:"role"`
}

// saveProfile writes what a profile has become. The caller holds both locks and has checked everything but whether
// the plugins exist.
func (a *accounts) saveProfile(ctx context.Context, actor Actor, kind string, old, next Profile) (ProfileView, error) {
	next.UpdatedAt = time.Now().UTC()
	act := Act{Kind: kind, Subject: next.ID, After: profileFacts{next.Name, next.Role}, Data: givenData(old.Plugins, next.Plugins)}
	if next.Revision++; next.Revision == 1 {
		next.CreatedAt = next.UpdatedAt
	} else {
		act.Before = profileFacts{old.Name, old.Role}
	}
	added, _ := difference(old.Plugins, next.Plugins)
	err := a.change(ctx, actor, act, func(w Writer, _ *Act) error {
		if err := checkPlugins(w, errProfileInvalid(), added); err != nil {
			return err
		}
		if len(added) == 0 && old.Revision > 0 {
			w.Essential() // it may take a right away
		}
		record := next
		record.Plugins = nil // they are records of their own
		return errors.Join(giveAndTake(w, profileOwner+next.ID, old.Plugins, next.Plugins), tableProfiles.put(w, next.ID, record))
	})
	if err != nil {
		return ProfileView{}, err
	}
	a.profiles[next.ID] = next
	clear(a.given)
	return a.profileView(next), nil
}

// profile finds one, of this revision if it is not 0. The caller holds mu.
func (a *accounts) profile(id string, revision uint64) (Profile, error) {
	p, ok := a.profiles[id]
	if !ok {
		return p, fault.New(fault.NotFound, "profile_not_found", "there is no profile %q", cut(id, 64))
	}
	if revision != 0 && revision != p.Revision {
		return p, fault.New(fault.Precondition, "profile_changed", "the profile %q was changed since it was read; read it again", id)
	}
	return p, nil
}

// membersOf counts the members that have the profile. The caller holds mu.
func (a *accounts) membersOf(id string) (n int) {
	for _, m := range a.members {
		if m.Profile != nil && *m.Profile == id {
			n++
		}
	}
	return n
}

func errProfileInvalid() *fault.Error {
	return fault.New(fault.Invalid, "profile_invalid", "the profile cannot be like this")
}

func errProfileInUse(id string, members int, so string) error {
	return fault.New(fault.Conflict, "profile_in_use", "the profile %q is in use (members: %d), so %s; give them another one first", id, members, so)
}
