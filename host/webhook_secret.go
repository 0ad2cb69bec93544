package host

import (
	"context"
	"time"

	"appzone/host/webhook"
)

// webhookFormerSecret is how long messages are signed with the secret before, too, so that a receiver has time to learn the new one.
const webhookFormerSecret = 24 * time.Hour

// webhookContext binds a sealed secret to its webhook.
func webhookContext(id string) string { return "webhook/" + id }

// newSecret gives the record a new secret, and returns it.
func (h *Host) newSecret(rec *webhookRecord) (string, error) {
	secret := webhook.NewSecret()
	sealed, err := h.secrets.Seal([]byte(secret), webhookContext(rec.ID))
	rec.Sealed = sealed
	return secret, err
}

// signers are the secrets that sign messages now.
func (h *Host) signers(rec *webhookRecord) ([]string, error) {
	now, err := h.secrets.Open(rec.Sealed, webhookContext(rec.ID))
	if err != nil {
		return nil, err
	}
	all := []string{string(now)}
	if rec.Former != "" && time.Now().Before(rec.FormerUntil) {
		if former, err := h.secrets.Open(rec.Former, webhookContext(rec.ID)); err == nil { // else the new one has to do
			all = append(all, string(former))
		}
	}
	return all, nil
}

// RotateWebhookSecret makes a new secret, which the answer alone has. Messages are signed with the one before, too, for a day. revision is the one that
// the editor saw; 0 takes any.
func (h *Host) RotateWebhookSecret(ctx context.Context, id string, revision uint64, actor Actor) (NewWebhook, error) {
	var secret string
	v, err := h.changeWebhook(ctx, actor, Act{Kind: "webhook.secret", Subject: id}, func(w Writer) (old, next webhookRecord, err error) {
		if old, err = findWebhook(w, id, revision); err != nil {
			return old, next, err
		}
		next = old
		next.Former, next.FormerUntil = old.Sealed, time.Now().UTC().Add(webhookFormerSecret)
		secret, err = h.newSecret(&next)
		return old, next, err
	})
	return NewWebhook{v, secret}, err
}

// resealWebhooks seals anew the secrets that an older key sealed, and tells how many. What cannot be opened, although its key is there, is damaged and
// left alone.
func (h *Host) resealWebhooks(ctx context.Context) (n int, err error) {
	err = h.update(ctx, func(w Writer) error {
		n = 0
		return tableWebhooks.each(w, "", "", func(id string, rec webhookRecord) (bool, error) {
			before := n
			for _, sealed := range []*string{&rec.Sealed, &rec.Former} {
				done, err := h.resealWebhook(id, sealed)
				if err != nil {
					return false, err
				}
				n += done
			}
			if n == before {
				return true, nil
			}
			return true, tableWebhooks.put(w, id, rec)
		})
	})
	return n, err
}

func (h *Host) resealWebhook(id string, sealed *string) (int, error) {
	if *sealed == "" || !h.old(*sealed) {
		return 0, nil
	}
	plain, err := h.secrets.Open(*sealed, webhookContext(id))
	if err != nil {
		h.log.Error("the secret of a webhook is damaged and stays as it is", "webhook", id, "error", err)
		return 0, nil
	}
	*sealed, err = h.secrets.Seal(plain, webhookContext(id))
	return 1, err
}

// eachWebhookSecret calls fn for every sealed secret of a webhook that signs.
func eachWebhookSecret(r Reader, fn func(id, sealed string)) error {
	return tableWebhooks.each(r, "", "", func(id string, rec webhookRecord) (bool, error) {
		if fn(id, rec.Sealed); rec.Former != "" && time.Now().Before(rec.FormerUntil) {
			fn(id, rec.Former)
		}
		return true, nil
	})
}
