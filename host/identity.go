package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"appzone/host/fault"
	"appzone/host/identity"
)

const (
	// identityKeyLife is how long a key signs.
	identityKeyLife = 30 * 24 * time.Hour
	// identityKeyKeep is how long a key is published after that: its last token is over long before.
	identityKeyKeep = time.Hour
	// identityKeysMax bounds the published keys.
	identityKeysMax = 16
	// identityTend is how often keys are looked after.
	identityTend = time.Minute
	// identityKeysName is the file in which programs find the published keys.
	identityKeysName = "jwks.json"
)

// IdentityKey is what is shown of a key that signs who makes a request.
type IdentityKey struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"createdAt"`
}

// identityKey is the record of a key. Its secret half goes when the next one takes over.
type identityKey struct {
	IdentityKey
	Public    []byte     `json:"public"`
	Sealed    string     `json:"sealed,omitempty"`
	RetiredAt *time.Time `json:"retiredAt,omitempty"`
}

func (k identityKey) signs() bool { return k.RetiredAt == nil }

// over tells whether nobody can need the key any more.
func (k identityKey) over(now time.Time) bool {
	return k.RetiredAt != nil && now.Sub(*k.RetiredAt) > identityKeyKeep
}

// identities signs who makes a request, and publishes what that is verified with: to everybody, and in a file that every program sees.
type identities struct {
	host   *Host
	signer *identity.Signer
	dir    string

	// published is the JWK set. Who asks for it does not wait for a change, which holds mu while the store writes.
	published atomic.Pointer[[]byte]

	mu   sync.Mutex // guards what follows, and is held for the whole of a change; store and file have the same
	keys []identityKey
}

// openIdentities takes up the keys of before. Where none can be used, it makes one: a secret key that was lost must not keep the host down.
func openIdentities(ctx context.Context, h *Host) (*identities, error) {
	i := &identities{host: h, signer: identity.NewSigner(h.cfg.PublicURL), dir: filepath.Join(h.dirs.private, "identity")}
	if err := os.Mkdir(i.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of identity keys: %w", err)
	}
	err := h.view(ctx, func(r Reader) error {
		return tableIdentityKeys.each(r, "", "", func(_ string, k identityKey) (bool, error) {
			i.keys = append(i.keys, k)
			return true, nil
		})
	})
	if err != nil {
		return nil, err
	}
	if err = i.resume(ctx); err != nil {
		if len(i.keys) > 0 {
			h.log.Warn("a new identity key is made: the one of before cannot be used", "error", err)
		}
		if _, err = i.rotate(ctx, System, false); err != nil {
			return nil, err
		}
	}
	i.tend(ctx)
	return i, nil
}

// resume signs on with the key of before, and seals it anew where an older key of the host's did.
func (i *identities) resume(ctx context.Context) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n := range i.keys {
		k := &i.keys[n]
		if !k.signs() {
			continue
		}
		seed, err := i.host.secrets.Open(k.Sealed, k.sealedFor())
		if err != nil {
			return err
		}
		key, err := identity.KeyOf(k.ID, seed)
		if err != nil {
			return err
		}
		if !i.host.secrets.Stale(k.Sealed) {
			return errors.Join(i.show(i.keys), i.signer.Use(key))
		}
		if k.Sealed, err = i.host.secrets.Seal(seed, k.sealedFor()); err != nil {
			return err
		}
		return errors.Join(i.replace(ctx, System, Act{}, i.keys), i.signer.Use(key))
	}
	return errors.New("no key signs")
}

// sealedFor binds the secret half to its record.
func (k identityKey) sealedFor() string { return "identity/" + k.ID }

// rotate makes a new key, which signs from now on. The old ones stay published until their tokens are over; withdraw takes them back at
// once, and the tokens with them.
func (i *identities) rotate(ctx context.Context, actor Actor, withdraw bool) (IdentityKey, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := time.Now().UTC()
	var next []identityKey
	for _, k := range i.keys {
		if withdraw || k.over(now) {
			continue
		}
		if k.signs() {
			k.RetiredAt, k.Sealed = &now, ""
		}
		next = append(next, k)
	}
	if len(next) >= identityKeysMax {
		return IdentityKey{}, fault.New(fault.TooMany, "too_many_identity_keys",
			"there are %d identity keys whose tokens may still be valid; wait an hour, or withdraw the old ones", len(next))
	}
	key := identity.NewKey(newID(now))
	made := identityKey{IdentityKey: IdentityKey{ID: key.ID, CreatedAt: now}, Public: key.Public().Key}
	var err error
	if made.Sealed, err = i.host.secrets.Seal(key.Seed(), made.sealedFor()); err != nil {
		return IdentityKey{}, err
	}
	act := Act{Kind: "identity_key.created", Subject: key.ID, Data: map[string]any{"withdrawn": withdraw}}
	if err := i.replace(ctx, actor, act, append(next, made)); err != nil {
		return IdentityKey{}, err
	}
	return made.IdentityKey, i.signer.Use(key)
}

// replace makes keys those that are known. Programs see them before anything is signed with a new one.
func (i *identities) replace(ctx context.Context, actor Actor, act Act, keys []identityKey) error {
	before := i.published.Load()
	if err := i.show(keys); err != nil {
		return err
	}
	err := i.host.change(ctx, actor, act, func(w Writer, _ *Act) error { return putIdentityKeys(w, keys) })
	switch {
	case isNoSpace(err) && before == nil: // at boot: somebody must come in to make room
		i.host.log.Warn("identity keys not recorded; the next boot makes another", "error", err)
	case err != nil && before != nil:
		i.published.Store(before)
		return errors.Join(err, i.write(*before))
	case err != nil:
		return err
	}
	i.keys = keys
	return nil
}

// show publishes keys.
func (i *identities) show(keys []identityKey) error {
	var public []identity.PublicKey
	for _, k := range keys {
		public = append(public, identity.PublicKey{ID: k.ID, Key: k.Public})
	}
	set, err := identity.Publish(public)
	if err == nil {
		err = i.write(set)
	}
	if err == nil {
		i.published.Store(&set)
	}
	return err
}

// putIdentityKeys makes the records be keys and no others.
func putIdentityKeys(w Writer, keys []identityKey) error {
	kept := map[string]bool{}
	for _, k := range keys {
		kept[k.ID] = true
		if err := tableIdentityKeys.put(w, k.ID, k); err != nil {
			return err
		}
	}
	var gone []string
	err := tableIdentityKeys.each(w, "", "", func(id string, _ identityKey) (bool, error) {
		if !kept[id] {
			gone = append(gone, id)
		}
		return true, nil
	})
	for _, id := range gone {
		if err == nil {
			err = tableIdentityKeys.delete(w, id)
		}
	}
	return err
}

// file is where programs find the published keys.
func (i *identities) file() string { return filepath.Join(i.dir, identityKeysName) }

// write puts set in the place of what programs see. Who opens the file gets the one or the other, whole.
func (i *identities) write(set []byte) error {
	next := filepath.Join(i.dir, ".next")
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write identity keys: %w", err)
	}
	err := os.WriteFile(next, set, 0o444)
	if err == nil {
		err = os.Rename(next, i.file())
	}
	if err != nil {
		return fmt.Errorf("write identity keys: %w", err)
	}
	return nil
}

// tend makes a new key when the one that signs has done so for long enough, and takes back those that nobody needs.
func (i *identities) tend(ctx context.Context) {
	now := time.Now().UTC()
	old, over := false, false
	i.mu.Lock()
	for _, k := range i.keys {
		old = old || k.signs() && now.Sub(k.CreatedAt) > identityKeyLife
		over = over || k.over(now)
	}
	i.mu.Unlock()
	var err error
	switch {
	case old:
		_, err = i.rotate(ctx, System, false)
	case over:
		err = i.forget(ctx, now)
	}
	if err != nil && ctx.Err() == nil {
		i.host.log.Warn("identity keys are not looked after; it is tried again", "error", err)
	}
}

func (i *identities) forget(ctx context.Context, now time.Time) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	var kept []identityKey
	for _, k := range i.keys {
		if !k.over(now) {
			kept = append(kept, k)
		}
	}
	return i.replace(ctx, System, Act{}, kept)
}

// tendIdentities looks after the keys until the host closes.
func (h *Host) tendIdentities() {
	tick := time.NewTicker(identityTend)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.identities.tend(h.ctx)
		case <-h.ctx.Done():
			return
		}
	}
}

// IdentityToken is the signed statement to plugin that user, who has role, makes a request. It is valid for a minute.
func (h *Host) IdentityToken(plugin, user, role string) (string, error) {
	return h.identities.signer.Token(plugin, user, role)
}

// IdentityKeys is the JWK set with which tokens are verified.
func (h *Host) IdentityKeys() []byte {
	return *h.identities.published.Load()
}

// RotateIdentityKeys makes a new key that signs from now on. Tokens of the old ones stay valid as long as they would, unless withdraw
// says that those keys are not to be trusted any more. Error: too_many_identity_keys.
func (h *Host) RotateIdentityKeys(ctx context.Context, withdraw bool, actor Actor) (IdentityKey, error) {
	return h.identities.rotate(ctx, actor, withdraw)
}
