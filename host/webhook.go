package host

import (
	"context"
	"strings"
	"time"

	"appzone/host/fault"
)

// webhookRecord is a receiver of events. It belongs to the installation, and outlives who made it.
type webhookRecord struct {
	ID string `json:"id"`
	// URL is the receiver's, http or https.
	URL string `json:"url"`
	// Events are types, or beginnings of types that end in "*"; none are all.
	Events []string `json:"events"`
	// Plugin is the id of the one plugin whose events are sent, "" for all events.
	Plugin  string `json:"plugin,omitempty"`
	Enabled bool   `json:"enabled"`
	// DisabledReason says why the host itself switched it off.
	DisabledReason string `json:"disabledReason,omitempty"`
	// Sealed is the secret, and Former the one before, with which is signed besides until FormerUntil.
	Sealed      string    `json:"sealed"`
	Former      string    `json:"former,omitempty"`
	FormerUntil time.Time `json:"formerUntil,omitzero"`
	Revision    uint64    `json:"revision"`
	CreatedAt   time.Time `json:"createdAt"`
	CreatedBy   string    `json:"createdBy"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// wants tells whether the receiver is to be told of e.
func (w *webhookRecord) wants(e Event) bool {
	return (w.Plugin == "" || w.Plugin == e.Plugin) && e.Is(w.Events)
}

// WebhookView is what GET /webhooks/{id} shows.
type WebhookView struct {
	ID string `json:"id"`
	// URL is the receiver's, http or https.
	URL string `json:"url"`
	// Events are types, or beginnings of types that end in "*"; none are all.
	Events []string `json:"events"`
	// Plugin is the id of the one plugin whose events are sent, nil for all events.
	Plugin  *string `json:"plugin"`
	Enabled bool    `json:"enabled"`
	// DisabledReason says why the host itself switched it off, "" where it did not.
	DisabledReason string `json:"disabledReason"`
	// FormerSecretUntil is until when messages are signed with the secret before, too; nil: they are not.
	FormerSecretUntil *time.Time `json:"formerSecretUntil"`
	CreatedAt         time.Time  `json:"createdAt"`
	CreatedBy         string     `json:"createdBy"`
	UpdatedAt         time.Time  `json:"updatedAt"`
	// Revision grows with each change.
	Revision uint64 `json:"revision"`
	// Deliveries is how it went so far.
	Deliveries WebhookDeliveries `json:"deliveries"`
}

// NewWebhook is a webhook with its secret, which is shown once.
type NewWebhook struct {
	WebhookView
	Secret string `json:"secret"`
}

// webhookView shows a record with what is known of its deliveries.
func (h *Host) webhookView(rec webhookRecord) WebhookView {
	v := WebhookView{ID: rec.ID, URL: rec.URL, Events: append([]string{}, rec.Events...), Enabled: rec.Enabled, DisabledReason: rec.DisabledReason,
		CreatedAt: rec.CreatedAt, CreatedBy: rec.CreatedBy, UpdatedAt: rec.UpdatedAt, Revision: rec.Revision, Deliveries: h.webhooks.deliveries(rec.ID)}
	if !rec.Enabled {
		v.Deliveries.NextAttemptAt = nil
	}
	if rec.Plugin != "" {
		v.Plugin = &rec.Plugin
	}
	if rec.Former != "" && time.Now().Before(rec.FormerUntil) {
		v.FormerSecretUntil = &rec.FormerUntil
	}
	return v
}

// Webhook shows one webhook.
func (h *Host) Webhook(ctx context.Context, id string) (WebhookView, error) {
	rec, err := h.webhookOf(ctx, id)
	if err != nil {
		return WebhookView{}, err
	}
	return h.webhookView(rec), nil
}

// webhookOf reads one record.
func (h *Host) webhookOf(ctx context.Context, id string) (rec webhookRecord, err error) {
	err = h.view(ctx, func(r Reader) error {
		rec, err = findWebhook(r, id, 0)
		return err
	})
	return rec, err
}

// WebhookFilter narrows a list of webhooks. Empty fields do not.
type WebhookFilter struct {
	// Query is looked for in id and URL, case-insensitively.
	Query string
	// After is the id after which the page starts; Limit its size (default 100, at most 500).
	After string
	Limit int
}

// Webhooks lists webhooks by age; next is the cursor of the following page, or "".
func (h *Host) Webhooks(ctx context.Context, f WebhookFilter) (items []WebhookView, next string, err error) {
	limit, q := PageSize(f.Limit), strings.ToLower(f.Query)
	var found []webhookRecord
	err = h.view(ctx, func(r Reader) error {
		return tableWebhooks.each(r, "", f.After, func(_ string, rec webhookRecord) (bool, error) {
			if !strings.Contains(strings.ToLower(rec.ID+"\n"+rec.URL), q) {
				return true, nil
			}
			if len(found) == limit {
				next = found[limit-1].ID
				return false, nil
			}
			found = append(found, rec)
			return true, nil
		})
	})
	items = make([]WebhookView, len(found))
	for i, rec := range found {
		items[i] = h.webhookView(rec)
	}
	return items, next, err
}

// findWebhook finds one, of this revision if it is not 0.
func findWebhook(r Reader, id string, revision uint64) (webhookRecord, error) {
	rec, ok, err := tableWebhooks.find(r, id)
	switch {
	case err != nil:
		return rec, err
	case !ok:
		return rec, fault.New(fault.NotFound, "webhook_not_found", "there is no webhook %q", cut(id, 64))
	case revision != 0 && revision != rec.Revision:
		return rec, fault.New(fault.Precondition, "webhook_changed", "the webhook was changed since it was read; read it again")
	}
	return rec, nil
}
