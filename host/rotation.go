package host

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// SecretsView is what GET /system shows of the secrets: the keys by their ids, which tell nothing about them.
type SecretsView struct {
	// KeyID is the key that seals now.
	KeyID string `json:"keyId"`
	// Sealed counts the secrets that are stored.
	Sealed int `json:"sealed"`
	// Waiting counts those of an older key that is at hand; while there are any it must not be dropped.
	Waiting int `json:"waiting"`
	// MissingKeys sealed secrets that cannot be opened any more.
	MissingKeys []MissingKey `json:"missingKeys"`
	// Memory tells whether the files with which plugins get theirs are kept in memory, and never reach a disk.
	Memory bool `json:"memory"`
}

// MissingKey is a key that this host was not given.
type MissingKey struct {
	KeyID string `json:"keyId"`
	// Sealed counts the secrets that it sealed.
	Sealed int `json:"sealed"`
	// Plugins have them; they do not start until the key is back or the secrets are set again.
	Plugins []string `json:"plugins"`
	// Members have a second factor of it; they log in with a recovery code, or when it is reset.
	Members []string `json:"members,omitempty"`
	// Webhooks have a secret of it; nothing is sent to them until the key is back or their secret is made anew.
	Webhooks []string `json:"webhooks,omitempty"`
}

// secretsView counts the secrets by the keys that sealed them.
func (h *Host) secretsView(ctx context.Context) (SecretsView, error) {
	v := SecretsView{KeyID: h.secrets.KeyID(), MissingKeys: []MissingKey{}, Memory: h.dirs.inMemory}
	missing := map[string]*MissingKey{}
	count := func(sealed string, owner func(*MissingKey) *[]string, name string) {
		v.Sealed++
		key, known := h.secrets.SealedBy(sealed)
		switch {
		case key == "": // damaged, which is told where it is used
		case !known:
			if missing[key] == nil {
				missing[key] = &MissingKey{KeyID: key, Plugins: []string{}}
			}
			missing[key].Sealed++
			if list := owner(missing[key]); !slices.Contains(*list, name) {
				*list = append(*list, name)
			}
		case key != v.KeyID:
			v.Waiting++
		}
	}
	err := h.view(ctx, func(r Reader) error {
		err := eachSettings(r, func(id string, st Settings) bool {
			for _, x := range st.Secrets {
				count(x.Sealed, func(m *MissingKey) *[]string { return &m.Plugins }, id)
			}
			return true
		})
		return errors.Join(err, eachWebhookSecret(r, func(id, sealed string) {
			count(sealed, func(m *MissingKey) *[]string { return &m.Webhooks }, id)
		}))
	})
	for _, m := range h.accounts.withTOTP() {
		count(m.TOTP.Sealed, func(m *MissingKey) *[]string { return &m.Members }, m.Username)
	}
	for _, key := range slices.Sorted(maps.Keys(missing)) {
		v.MissingKeys = append(v.MissingKeys, *missing[key])
	}
	return v, err
}

// eachSettings calls fn for the settings of every plugin, and for those that it had before its last upgrade.
func eachSettings(r Reader, fn func(id string, st Settings) bool) error {
	more := true
	err := tableSettings.each(r, "", "", func(id string, st Settings) (bool, error) {
		more = fn(id, st)
		return more, nil
	})
	if err != nil || !more {
		return err
	}
	return tableFormer.each(r, "", "", func(id string, f Former) (bool, error) {
		return f.Settings == nil || fn(id, *f.Settings), nil
	})
}

// rotateSecrets seals anew what an older key sealed, so that this key can be dropped. Each plugin is one transaction, which
// reads what it writes: a change that somebody makes meanwhile is not lost, and after a crash the next boot goes on.
func (h *Host) rotateSecrets(ctx context.Context) {
	ids, err := h.withOldSecrets(ctx)
	plugins, secrets := 0, 0
	for _, id := range ids {
		if err != nil {
			break
		}
		var n int
		if n, err = h.resealSettings(ctx, id); n > 0 {
			plugins, secrets = plugins+1, secrets+n
		}
		h.hook("secrets.resealed")
	}
	if err == nil {
		var n int
		n, err = h.accounts.resealTOTP(ctx)
		secrets += n
	}
	if err == nil {
		var n int
		n, err = h.resealWebhooks(ctx)
		secrets += n
	}
	if secrets > 0 {
		h.log.Info("secrets sealed anew with the current key", "key", h.secrets.KeyID(), "secrets", secrets, "plugins", plugins)
	}
	if err != nil && ctx.Err() == nil {
		h.log.Error("not all secrets are sealed anew: keep the older keys; the next start of the host tries again", "error", err)
	}
	if v, err := h.secretsView(ctx); err == nil {
		for _, m := range v.MissingKeys {
			h.log.Warn("secrets cannot be opened: their key is missing", "key", m.KeyID, "secrets", m.Sealed, "plugins", len(m.Plugins))
		}
	}
}

// withOldSecrets lists the plugins that have secrets which an older key sealed, and which can be opened.
func (h *Host) withOldSecrets(ctx context.Context) ([]string, error) {
	var ids []string
	err := h.view(ctx, func(r Reader) error {
		return eachSettings(r, func(id string, st Settings) bool {
			for _, x := range st.Secrets {
				if h.old(x.Sealed) && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
			return ctx.Err() == nil
		})
	})
	return ids, err
}

// old tells whether an older key that is at hand sealed it.
func (h *Host) old(sealed string) bool {
	_, known := h.secrets.SealedBy(sealed)
	return known && h.secrets.Stale(sealed)
}

// resealSettings seals one plugin's old secrets anew and tells how many. What cannot be opened, although its key is
// there, is damaged: it is left alone, and told by the plugin's start.
func (h *Host) resealSettings(ctx context.Context, id string) (n int, err error) {
	var damage error
	err = h.update(ctx, func(w Writer) error {
		n, damage = 0, nil
		st, ok, err := tableSettings.find(w, id)
		if err != nil {
			return err
		}
		if ok && h.reseal(id, &st, &n, &damage) {
			st.Revision++ // its fingerprints, which people see, are others
			if err := tableSettings.put(w, id, st); err != nil {
				return err
			}
		}
		former, ok, err := tableFormer.find(w, id)
		if err != nil || !ok || former.Settings == nil || !h.reseal(id, former.Settings, &n, &damage) {
			return err
		}
		return tableFormer.put(w, id, former)
	})
	if err != nil {
		return 0, err
	}
	if damage != nil {
		h.log.Error("a secret is damaged and stays as it is", "plugin", id, "error", damage)
	}
	return n, nil
}

// reseal seals the old secrets of settings anew, adds how many there are and what is damaged, and tells whether there are any.
func (h *Host) reseal(id string, st *Settings, n *int, damage *error) bool {
	seal, open := h.sealer(id)
	renewed, more, bad := st.Reseal(h.old, seal, open, h.secrets.Fingerprint)
	*n += more
	*damage = errors.Join(*damage, bad)
	if more > 0 {
		st.Stored = renewed
	}
	return more > 0
}
