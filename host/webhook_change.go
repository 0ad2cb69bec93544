package host

import (
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"appzone/host/egress"
	"appzone/host/fault"
	"appzone/host/manifest"
)

const (
	// webhooksMax bounds the webhooks, each of which has a goroutine while it is enabled.
	webhooksMax = 100
	// webhookURLMax is the longest URL, in bytes.
	webhookURLMax = 2048
	// webhookEventsMax bounds the types of one webhook.
	webhookEventsMax = 50
)

// webhookEvent is how a type of events looks, or the beginning of one.
var webhookEvent = regexp.MustCompile(`^(\*|[a-z][a-z0-9_.]{0,62}\*?)$`)

// webhookInput is what POST and PATCH /webhooks take: absent fields stay, null clears.
type webhookInput struct {
	URL     json.RawMessage `json:"url"`
	Events  json.RawMessage `json:"events"`
	Plugin  json.RawMessage `json:"plugin"`
	Enabled json.RawMessage `json:"enabled"`
}

// apply changes rec and names what cannot be.
func (in *webhookInput) apply(rec *webhookRecord) error {
	e := fault.New(fault.Invalid, "webhook_invalid", "the webhook cannot be like this")
	take(e, "url", in.URL, &rec.URL)
	take(e, "plugin", in.Plugin, &rec.Plugin)
	take(e, "enabled", in.Enabled, &rec.Enabled)
	take(e, "events", in.Events, &rec.Events)
	if rec.Enabled {
		rec.DisabledReason = ""
	}
	checkWebhookURL(e, rec.URL)
	if rec.Plugin != "" && !manifest.ValidID(rec.Plugin) {
		e.WithField("plugin", "must be the id of a plugin, or null for the events of all")
	}
	rec.Events = distinct(rec.Events)
	if len(rec.Events) > webhookEventsMax {
		e.WithField("events", "has %d types and may have %d", len(rec.Events), webhookEventsMax)
	}
	for _, t := range rec.Events[:min(len(rec.Events), webhookEventsMax)] {
		if !webhookEvent.MatchString(t) {
			e.WithField("events", "%q is no type of events, such as plugin.installed, and no beginning of one, such as plugin.*", cut(t, 64))
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// distinct is the list without repetitions, in its order.
func distinct(list []string) []string {
	out := []string{}
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
		if len(out) > webhookEventsMax {
			break
		}
	}
	return out
}

func checkWebhookURL(e *fault.Error, text string) {
	u, err := url.Parse(text)
	switch {
	case text == "" || len(text) > webhookURLMax:
		e.WithField("url", "must have 1 to %d bytes", webhookURLMax)
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.Fragment != "":
		e.WithField("url", "must be the receiver's whole address: https or http, a host, and no fragment")
	case strings.ContainsFunc(text, manifest.Invisible):
		e.WithField("url", "must have no control characters, and none that cannot be seen: write them as %%XX")
	case u.User != nil:
		e.WithField("url", "must have no user and no password, which others would read; the receiver knows the host by its signature")
	default:
		if err := egress.CheckReceiver(u); err != nil {
			e.WithField("url", "%s", receiverError(err))
		}
	}
}

// CreateWebhook adds a webhook from the JSON of POST /webhooks. Its receiver is told of what happens from then on. The answer alone has the secret.
func (h *Host) CreateWebhook(ctx context.Context, body []byte, actor Actor) (NewWebhook, error) {
	var in webhookInput
	if err := decodePatch(body, &in); err != nil {
		return NewWebhook{}, err
	}
	now := time.Now().UTC()
	rec := webhookRecord{ID: h.ids.next(now), Enabled: true, CreatedAt: now, CreatedBy: actor.User}
	if err := in.apply(&rec); err != nil {
		return NewWebhook{}, err
	}
	secret, err := h.newSecret(&rec)
	if err != nil {
		return NewWebhook{}, err
	}
	v, err := h.changeWebhook(ctx, actor, Act{Kind: "webhook.created", Subject: rec.ID}, func(w Writer) (old, next webhookRecord, err error) {
		n := 0
		err = tableWebhooks.each(w, "", "", func(string, webhookRecord) (bool, error) { n++; return true, nil })
		if err == nil && n >= webhooksMax {
			err = fault.New(fault.Conflict, "too_many_webhooks", "there are %d webhooks already; delete those that are not needed", n)
		}
		return old, rec, err
	})
	return NewWebhook{v, secret}, err
}

// EditWebhook applies a merge patch (RFC 7396) to a webhook. One that is enabled goes on with what happens from then on. revision is the one that
// the editor saw; 0 takes any.
func (h *Host) EditWebhook(ctx context.Context, id string, patch []byte, revision uint64, actor Actor) (WebhookView, error) {
	var in webhookInput
	if err := decodePatch(patch, &in); err != nil {
		return WebhookView{}, err
	}
	return h.changeWebhook(ctx, actor, Act{Kind: "webhook.edited", Subject: id}, func(w Writer) (old, next webhookRecord, err error) {
		if old, err = findWebhook(w, id, revision); err != nil {
			return old, next, err
		}
		next = old
		return old, next, in.apply(&next)
	})
}

// changeWebhook writes what decide makes of a webhook, whose deliveries stand still meanwhile. An act that changes nothing is none.
func (h *Host) changeWebhook(ctx context.Context, actor Actor, act Act, decide func(Writer) (old, next webhookRecord, err error)) (WebhookView, error) {
	var next webhookRecord
	err := h.webhooks.paused(ctx, act.Subject, func() error {
		return h.change(ctx, actor, act, func(w Writer, act *Act) error {
			if err := h.stillMay(actor); err != nil {
				return err
			}
			old, to, err := decide(w)
			if next = to; err != nil {
				return err
			}
			if reflect.DeepEqual(old, next) {
				act.Kind = ""
				return nil
			}
			if act.After = h.webhookFacts(next); old.Revision > 0 {
				act.Before = h.webhookFacts(old)
			}
			next.Revision++
			next.UpdatedAt = time.Now().UTC()
			if err := tableWebhooks.put(w, next.ID, next); err != nil || old.Enabled || !next.Enabled {
				return err
			}
			return h.beginDeliveries(w, next.ID)
		})
	})
	if err != nil {
		return WebhookView{}, err
	}
	return h.webhookView(next), nil
}

// beginDeliveries lets a webhook go on with what happens from now on.
func (h *Host) beginDeliveries(w Writer, id string) error {
	state, _, err := tableDeliveries.find(w, id)
	if err != nil {
		return err
	}
	state.begin(h.bus.Last())
	return tableDeliveries.put(w, id, state)
}

// DeleteWebhook removes a webhook. revision is the one that the editor saw; 0 takes any.
func (h *Host) DeleteWebhook(ctx context.Context, id string, revision uint64, actor Actor) error {
	return h.webhooks.paused(ctx, id, func() error {
		return h.change(ctx, actor, Act{Kind: "webhook.deleted", Subject: id}, func(w Writer, act *Act) error {
			w.Essential()
			if err := h.stillMay(actor); err != nil {
				return err
			}
			rec, err := findWebhook(w, id, revision)
			if err != nil {
				return err
			}
			act.Before = h.webhookFacts(rec)
			if err := tableDeliveries.delete(w, id); err != nil {
				return err
			}
			return tableWebhooks.delete(w, id)
		})
	})
}

// webhookFacts is what the audit trail, and with it other receivers, are told of a webhook.
type webhookFacts struct {
	// Origin is where the URL leads; its path and query are often all that a receiver asks for. Fingerprint changes when they do.
	Origin      string   `json:"origin"`
	Fingerprint string   `json:"fingerprint"`
	Events      []string `json:"events"`
	Plugin      string   `json:"plugin,omitempty"`
	Enabled     bool     `json:"enabled"`
}

func (h *Host) webhookFacts(rec webhookRecord) webhookFacts {
	f := webhookFacts{Fingerprint: h.secrets.Fingerprint([]byte(rec.URL)), Events: rec.Events, Plugin: rec.Plugin, Enabled: rec.Enabled}
	if u, err := url.Parse(rec.URL); err == nil {
		f.Origin = u.Scheme + "://" + u.Host
	}
	return f
}
