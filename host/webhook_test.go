package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/webhook"
)

// hookMessage is what a receiver got.
type hookMessage struct {
	host.Event
	id         string
	url        string
	signatures []string
	at, signed time.Time
	body       []byte
}

// receivers are all receivers there are: a transport that answers by itself.
type receivers struct {
	mu  sync.Mutex // guards what follows
	got []hookMessage
	// answer gives status and Retry-After, and may block; nil: 200.
	answer func(hookMessage, *http.Request) (status int, retryAfter string, err error)
}

func (x *receivers) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	m := hookMessage{id: r.Header.Get("webhook-id"), url: r.URL.String(), signatures: strings.Fields(r.Header.Get("webhook-signature")), body: body}
	seconds, err := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		return nil, err
	}
	m.at, m.signed = time.Now(), time.Unix(seconds, 0)
	if err := json.Unmarshal(body, &m.Event); err != nil {
		return nil, err
	}
	x.mu.Lock()
	x.got = append(x.got, m)
	answer := x.answer
	x.mu.Unlock()
	status, after := http.StatusOK, ""
	if answer != nil {
		if status, after, err = answer(m, r); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}}, Body: http.NoBody, Request: r}, nil
}

// fails lets every attempt fail, or none.
func (x *receivers) fails(status int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.answer = func(hookMessage, *http.Request) (int, string, error) { return status, "", nil }
}

// take returns what was got since the last time.
func (x *receivers) take() []hookMessage {
	x.mu.Lock()
	defer x.mu.Unlock()
	got := x.got
	x.got = nil
	return got
}

// types of what was got.
func (x *receivers) types() (list []string) {
	for _, m := range x.take() {
		list = append(list, m.Type)
	}
	return list
}

func (x *receivers) config(c *host.Config) { c.Outward = x }

// hooked makes a webhook for the events whose types begin with "t".
func (r *rig) hooked(more ...string) host.NewWebhook {
	r.Helper()
	w, err := r.CreateWebhook(r.Context(), []byte(`{"url":"https://receiver.example/in","events":["t*"]`+strings.Join(more, "")+`}`), admin)
	require.NoError(r, err)
	return w
}

func (r *rig) webhook(id string) host.WebhookView {
	r.Helper()
	w, err := r.Webhook(r.Context(), id)
	require.NoError(r, err)
	return w
}

func (r *rig) editWebhook(id, patch string) host.WebhookView {
	r.Helper()
	w, err := r.EditWebhook(r.Context(), id, []byte(patch), 0, admin)
	require.NoError(r, err)
	return w
}

// happen publishes events of the types.
func (r *rig) happen(types ...string) {
	for _, t := range types {
		r.Bus().Publish(host.Event{Type: t, Actor: "host"})
	}
}

func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestEventsAreToldInOrderUntilTheyAreTaken(t *testing.T) {
	x := &receivers{}
	inBubble(t, x.config, func(r *rig) {
		x.fails(500)
		w := r.hooked()
		r.happen("t1", "unwanted", "t2", "t3")
		settle(time.Minute)
		tried := x.take()
		require.Greater(r, len(tried), 3)
		for i, m := range tried {
			assert.Equal(r, "t1", m.Type, "those behind it wait")
			assert.Equal(r, tried[0].id, m.id)
			assert.Equal(r, tried[0].body, m.body)
			if i > 0 {
				most := 5 * time.Second << (i - 1)
				assert.GreaterOrEqual(r, m.at.Sub(tried[i-1].at), most/2)
				assert.LessOrEqual(r, m.at.Sub(tried[i-1].at), most)
			}
		}
		d := r.webhook(w.ID).Deliveries
		assert.Equal(r, len(tried), d.Failures)
		assert.Equal(r, 500, *d.LastStatus)
		assert.Contains(r, d.LastError, "500")
		assert.NotNil(r, d.NextAttemptAt)
		x.fails(200)
		settle(2 * time.Minute)
		assert.Equal(r, []string{"t1", "t2", "t3"}, x.types())
		d = r.webhook(w.ID).Deliveries
		assert.Equal(r, []any{0, 200, "", uint64(3), uint64(0)}, []any{d.Failures, *d.LastStatus, d.LastError, d.Delivered, d.Dropped})
		assert.Nil(r, d.NextAttemptAt)
	})
}

// E5: a receiver that never answers takes ten seconds at a time, and nobody else's.
// What happened while the host did not run, or the receiver did not answer, is made up for; what was taken is not sent again.
func TestARestartLosesNothing(t *testing.T) {
	x := &receivers{}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		r.happen("t1", "t2")
		settle(10 * time.Second)
		x.fails(503)
		r.happen("t3", "t4")
		settle(time.Hour)
		failures := r.webhook(w.ID).Deliveries.Failures
		require.NotZero(r, failures)
		x.take()
		r.reboot(x.config)
		synctest.Wait()
		assert.Equal(r, failures+1, r.webhook(w.ID).Deliveries.Failures, "it is tried at once, and what was before is known")
		assert.Equal(r, []string{"t3"}, x.types())
		x.fails(200)
		r.happen("t5")
		settle(time.Hour)
		assert.Equal(r, []string{"t3", "t4", "t5"}, x.types())
		r.reboot(x.config)
		settle(time.Hour)
		assert.Empty(r, x.types())
		assert.Equal(r, uint64(5), r.webhook(w.ID).Deliveries.Delivered)
	})
}

// What was taken just before the end is not sent again.
func TestTheEndRecordsWhatWasTaken(t *testing.T) {
	hangs := func(m hookMessage, r *http.Request) (int, string, error) {
		if m.Type == "t3" {
			<-r.Context().Done()
		}
		return 200, "", r.Context().Err()
	}
	x := &receivers{answer: hangs}
	inBubble(t, x.config, func(r *rig) {
		r.hooked()
		r.happen("t1", "t2", "t3")
		settle(time.Second / 2)
		assert.Equal(r, []string{"t1", "t2", "t3"}, x.types())
		r.reboot(x.config)
		settle(time.Second / 2)
		assert.Equal(r, []string{"t3"}, x.types())
	})
}

// A crash can lose the last events, whose numbers are given out again; a receiver that was ahead is told of those that follow.
func TestAReceiverIsNeverAheadOfTheEvents(t *testing.T) {
	x := &receivers{}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		settle(time.Second)
		r.Close()
		require.NoError(r, r.store.Update(t.Context(), func(to host.Writer) error { return to.Put("deliveries", w.ID, map[string]any{"seq": 1000}) }))
		r.reboot(x.config)
		r.happen("t1")
		settle(time.Second)
		assert.Equal(r, []string{"t1"}, x.types())
	})
}

// An attempt that the end of the host breaks off counts for nothing, and does not hold it up.
func TestTheEndDoesNotWaitForAReceiver(t *testing.T) {
	x := &receivers{answer: func(_ hookMessage, r *http.Request) (int, string, error) {
		<-r.Context().Done()
		return 0, "", r.Context().Err()
	}}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		r.happen("t1")
		settle(time.Second)
		require.Len(r, x.take(), 1)
		begun := time.Now()
		r.Close()
		assert.Less(r, time.Since(begun), webhook.Timeout-time.Second)
		r.reboot(x.config)
		assert.Zero(r, r.webhook(w.ID).Deliveries.Failures)
	})
}

func TestAWebhookIsToldWhatItWants(t *testing.T) {
	x := &receivers{}
	inBubble(t, x.config, func(r *rig) {
		r.hooked(`,"plugin":"clock"`)
		r.Bus().Publish(host.Event{Type: "t1", Plugin: "clock", Actor: "host"})
		r.Bus().Publish(host.Event{Type: "t2", Plugin: "other", Actor: "host"})
		r.Bus().Publish(host.Event{Type: "x3", Plugin: "clock", Actor: "host"})
		r.Bus().Announce(host.Event{Type: "t4", Plugin: "clock", Actor: "host"}) // progress
		r.happen("t5")
		settle(time.Second)
		assert.Equal(r, []string{"t1"}, x.types())
	})
}

// What is kept for a receiver is bounded: the attempts that are shown, and the events that wait.
func TestWhatIsKeptOfDeliveriesIsBounded(t *testing.T) {
	x := &receivers{}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		for n := range 60 {
			r.happen(fmt.Sprintf("t%d", n))
		}
		settle(time.Second)
		attempts, err := r.WebhookAttempts(r.Context(), w.ID)
		require.NoError(r, err)
		require.Len(r, attempts, 50)
		assert.Equal(r, []string{"t59", "t10"}, []string{attempts[0].Type, attempts[49].Type})

		x.fails(500)
		x.take()
		for range 6 {
			for range 2000 {
				r.happen("t")
			}
			settle(time.Second)
		}
		x.fails(200)
		settle(time.Hour)
		d := r.webhook(w.ID).Deliveries
		assert.Equal(r, uint64(60+12000), d.Delivered+d.Dropped)
		assert.GreaterOrEqual(r, d.Dropped, uint64(1900), "those that are no longer kept")
	})
}

// H8: the secret is sealed at rest, and follows a change of the key.
// A host that was restored has other events, and tells nothing that its former self told.
// F6: several change one webhook at once, while it sends and is tested: all is told, in order.
func TestAWebhookIsChangedWhileItSends(t *testing.T) {
	x := &receivers{}
	r := newRig(t, x.config)
	w := r.hooked()
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for i := range 20 {
				r.happen("t1")
				var err error
				switch n {
				case 0:
					_, err = r.EditWebhook(t.Context(), w.ID, fmt.Appendf(nil, `{"url":"https://receiver.example/%d"}`, i), 0, admin)
				case 1:
					_, err = r.RotateWebhookSecret(t.Context(), w.ID, 0, admin)
				case 2:
					_, err = r.TestWebhook(t.Context(), w.ID, admin)
				default:
					_, _, err = r.Webhooks(t.Context(), host.WebhookFilter{})
				}
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
	r.happen("tlast")
	told := map[uint64]bool{}
	var last uint64
	require.Eventually(t, func() bool {
		for _, m := range x.take() {
			if m.Type == "webhook.test" {
				continue
			}
			told[m.Seq] = true
			assert.GreaterOrEqual(t, m.Seq, last, "in order, however often")
			if last = m.Seq; m.Type == "tlast" {
				return true
			}
		}
		return false
	}, 20*time.Second, time.Millisecond)
	assert.Len(t, told, 81)
	require.NoError(t, r.DeleteWebhook(t.Context(), w.ID, 0, admin))
	r.happen("t1")
	r.Close()
	assert.Empty(t, x.take())
}

// askingStore asks before it puts a record into a table, within an update that is essential or not.
type askingStore struct {
	host.Store
	ask func(table string, essential bool) error
}

func (s *askingStore) Update(ctx context.Context, fn func(host.Writer) error) error {
	return s.Store.Update(ctx, func(w host.Writer) error { return fn(&askingWriter{Writer: w, ask: s.ask}) })
}

type askingWriter struct {
	host.Writer
	ask       func(table string, essential bool) error
	essential bool
}

func (w *askingWriter) Essential() {
	w.essential = true
	w.Writer.Essential()
}

func (w *askingWriter) Put(table, key string, v any) error {
	if err := w.ask(table, w.essential); err != nil {
		return err
	}
	return w.Writer.Put(table, key, v)
}

// F2: a host on which something happens all the time does not write for each event and each webhook.
func TestEventsThatPassAWebhookCostTheDiskLittle(t *testing.T) {
	x := &receivers{}
	var written atomic.Int64 // how often how far a receiver has got
	config := func(c *host.Config) {
		x.config(c)
		c.Store = &askingStore{c.Store, func(table string, _ bool) error {
			if table == "deliveries" {
				written.Add(1)
			}
			return nil
		}}
	}
	for kind, most := range map[string]int64{"unwanted": 3, "t": 120} {
		inBubble(t, config, func(r *rig) {
			r.hooked()
			settle(time.Second)
			before := written.Load()
			for range 400 {
				r.happen(kind)
				settle(250 * time.Millisecond)
			}
			assert.LessOrEqual(r, written.Load()-before, most, kind)
			settle(2 * time.Minute)
			assert.NotEqual(r, before, written.Load(), "it is written at last")
		})
	}
}
