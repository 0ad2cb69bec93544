package host

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// givenMax bounds the plugins that one member, or one profile, is given.
const givenMax = 1000

// What members and profiles are given is one small record for each plugin, not a list in theirs: so rights can be taken away on a
// full disk, and a plugin that is removed takes what was given of it along.

// givenKey is the key of one plugin that a member or a profile was given.
func givenKey(owner, plugin string) string { return owner + "/" + plugin }

// The owners in givenKey. User names and profile ids have no slash.
const (
	memberOwner  = "member/"
	profileOwner = "profile/"
)

// giveAndTake makes the records of what the owner has follow a change of its list.
func giveAndTake(w Writer, owner string, old, next []string) error {
	added, removed := difference(old, next)
	for _, id := range added {
		if err := tableGiven.put(w, givenKey(owner, id), struct{}{}); err != nil {
			return err
		}
	}
	for _, id := range removed {
		if err := tableGiven.delete(w, givenKey(owner, id)); err != nil {
			return err
		}
	}
	return nil
}

// difference tells what next has more, and less, than old.
func difference(old, next []string) (added, removed []string) {
	had := setOf(old)
	for _, id := range next {
		if !had[id] {
			added = append(added, id)
		}
		delete(had, id)
	}
	return added, slices.Sorted(maps.Keys(had))
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// loadGiven fills in what members and profiles were given.
func (a *accounts) loadGiven(r Reader) error {
	plugins := map[string][]string{}
	err := tableGiven.each(r, "", "", func(key string, _ struct{}) (bool, error) {
		if i := strings.LastIndexByte(key, '/'); i > 0 {
			plugins[key[:i]] = append(plugins[key[:i]], key[i+1:])
		}
		return true, nil
	})
	for name, m := range a.members {
		m.Plugins = inOrder(plugins[memberOwner+name])
		a.members[name] = m
	}
	for id, p := range a.profiles {
		p.Plugins = inOrder(plugins[profileOwner+id])
		a.profiles[id] = p
	}
	return err
}

// inOrder is a list of ids in order, each once, never nil.
func inOrder(ids []string) []string {
	out := append([]string{}, ids...)
	slices.Sort(out)
	return slices.Compact(out)
}

// forgetPlugin takes the plugin out of everybody's list, for its removal: another plugin that gets the id inherits nobody. The
// returned function does so in memory, once the update is made. The caller holds writing, and for the returned function both locks.
func (a *accounts) forgetPlugin(w Writer, plugin string) (forgotten func(), err error) {
	var members, profiles []string
	for name, m := range a.members {
		if slices.Contains(m.Plugins, plugin) {
			members = append(members, name)
			err = errors.Join(err, tableGiven.delete(w, givenKey(memberOwner+name, plugin)))
		}
	}
	for id, p := range a.profiles {
		if slices.Contains(p.Plugins, plugin) {
			profiles = append(profiles, id)
			err = errors.Join(err, tableGiven.delete(w, givenKey(profileOwner+id, plugin)))
		}
	}
	return func() {
		for _, name := range members {
			m := a.members[name]
			m.Plugins = without(m.Plugins, plugin)
			a.members[name] = m
		}
		for _, id := range profiles {
			p := a.profiles[id]
			p.Plugins = without(p.Plugins, plugin)
			a.profiles[id] = p
		}
		clear(a.given)
	}, err
}

// without is a copy of the list that leaves one out: lists are shared with who reads them.
func without(ids []string, id string) []string {
	out := make([]string, 0, len(ids))
	for _, other := range ids {
		if other != id {
			out = append(out, other)
		}
	}
	return out
}

// checkPlugins returns e with the plugins that do not exist, nil if all do.
func checkPlugins(r Reader, e *fault.Error, ids []string) error {
	for _, id := range ids {
		known := manifest.ValidID(id)
		if known {
			var err error
			if _, known, err = tablePlugins.find(r, id); err != nil {
				return err
			}
		}
		if !known {
			e.WithField("plugins", "there is no plugin %q", cut(id, 64))
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// cut shortens what somebody sent, for a message.
func cut(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
