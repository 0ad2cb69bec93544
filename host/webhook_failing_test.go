package host_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/egress"
	"appzone/host/fault"
)

func TestWhatAReceiverAsksForIsHonoured(t *testing.T) {
	x := &receivers{answer: func(hookMessage, *http.Request) (int, string, error) { return 429, "1800", nil }}
	inBubble(t, x.config, func(r *rig) {
		r.hooked()
		r.happen("t1")
		settle(29 * time.Minute)
		assert.Len(r, x.take(), 1)
		settle(2 * time.Minute)
		assert.Len(r, x.take(), 1)
	})
}

func TestOneReceiverDoesNotHoldUpAnother(t *testing.T) {
	x := &receivers{answer: func(m hookMessage, r *http.Request) (int, string, error) {
		if strings.HasPrefix(m.url, "https://slow") {
			<-r.Context().Done()
			return 0, "", r.Context().Err()
		}
		return 200, "", nil
	}}
	inBubble(t, x.config, func(r *rig) {
		slow := r.hooked()
		r.editWebhook(slow.ID, `{"url":"https://slow.example/"}`)
		quick := r.hooked()
		r.happen("t1", "t2")
		settle(time.Second)
		assert.Equal(r, uint64(2), r.webhook(quick.ID).Deliveries.Delivered)
		assert.Zero(r, r.webhook(slow.ID).Deliveries.Failures)
		settle(10 * time.Second)
		assert.Contains(r, r.webhook(slow.ID).Deliveries.LastError, "10 seconds")
		assert.Nil(r, r.webhook(slow.ID).Deliveries.LastStatus)

		x.take()
		r.editWebhook(slow.ID, `{"url":"https://moved.example/"}`) // which breaks off what is under way
		settle(time.Second)
		var told []string
		for _, m := range x.take() {
			told = append(told, m.url+m.Type)
		}
		assert.Equal(r, []string{"https://moved.example/t1", "https://moved.example/t2"}, told)
	})
}

func TestAnEventThatNobodyTakesIsGivenUpAfterADay(t *testing.T) {
	x := &receivers{answer: func(m hookMessage, _ *http.Request) (int, string, error) {
		if m.Type == "tpoison" {
			return 400, "", nil
		}
		return 200, "", nil
	}}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		r.happen("t1", "tpoison", "t2")
		settle(23 * time.Hour)
		assert.Equal(r, uint64(1), r.webhook(w.ID).Deliveries.Delivered)
		settle(4 * time.Hour)
		d := r.webhook(w.ID).Deliveries
		assert.Equal(r, []uint64{2, 1}, []uint64{d.Delivered, d.Dropped})
		assert.True(r, r.webhook(w.ID).Enabled)
	})
}

// A receiver that asks for years is given hours, so that an event is given up in its time, and the webhook switched off in its.
func TestAReceiverDoesNotHoldUpEventsByWhatItAsksFor(t *testing.T) {
	x := &receivers{answer: func(hookMessage, *http.Request) (int, string, error) { return 429, "2000000000", nil }}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		r.happen("t1", "t2", "t3", "t4")
		settle(27 * time.Hour)
		assert.Equal(r, uint64(1), r.webhook(w.ID).Deliveries.Dropped)
		settle(49 * time.Hour)
		assert.Contains(r, r.webhook(w.ID).DisabledReason, "72 hours")
	})
}

func TestAReceiverThatFailsForLongIsSwitchedOff(t *testing.T) {
	x := &receivers{answer: func(hookMessage, *http.Request) (int, string, error) { return 0, "", syscall.ECONNREFUSED }}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		r.happen("t1", "t2", "t3", "t4", "t5")
		settle(71 * time.Hour)
		require.True(r, r.webhook(w.ID).Enabled)
		settle(3 * time.Hour)
		off := r.webhook(w.ID)
		require.False(r, off.Enabled)
		assert.Contains(r, off.DisabledReason, "72 hours")
		assert.Contains(r, off.DisabledReason, "connection refused")
		assert.Nil(r, off.Deliveries.NextAttemptAt)
		events, err := r.Bus().Before(r.Context(), 0, "", 1)
		require.NoError(r, err)
		assert.Equal(r, "webhook.disabled", events[0].Type)
		x.take()
		r.happen("t6")
		settle(time.Hour)
		assert.Empty(r, x.take())

		x.fails(200)
		on := r.editWebhook(w.ID, `{"enabled":true}`)
		assert.Empty(r, on.DisabledReason)
		settle(time.Hour)
		assert.Empty(r, x.types(), "it goes on with what happens from then on")
		r.happen("t7")
		settle(time.Second)
		assert.Equal(r, []string{"t7"}, x.types())
	})
}

// An error without words is one.
func TestOnlyAnAnswerSaysThatAnEventIsTaken(t *testing.T) {
	x := &receivers{answer: func(hookMessage, *http.Request) (int, string, error) {
		return 0, "", &egress.Error{Code: egress.Unreachable}
	}}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked()
		r.happen("t1")
		settle(time.Second)
		d := r.webhook(w.ID).Deliveries
		assert.Equal(r, []any{uint64(0), 1}, []any{d.Delivered, d.Failures})
	})
}

func TestAReceiverThatIsGoneIsSwitchedOffAtOnce(t *testing.T) {
	x := &receivers{}
	inBubble(t, x.config, func(r *rig) {
		x.fails(410)
		w := r.hooked()
		r.happen("t1")
		settle(time.Second)
		assert.False(r, r.webhook(w.ID).Enabled)
		assert.Contains(r, r.webhook(w.ID).DisabledReason, "410")
		require.NoError(r, r.DeleteWebhook(r.Context(), w.ID, 0, admin))
	})
}

// E4: tests hold up whoever asks for them for ten seconds at most, and are few at a time.
func TestTestsOfWebhooksAreBounded(t *testing.T) {
	x := &receivers{answer: func(_ hookMessage, r *http.Request) (int, string, error) {
		<-r.Context().Done()
		return 0, "", r.Context().Err()
	}}
	inBubble(t, x.config, func(r *rig) {
		w := r.hooked(`,"enabled":false`)
		ended := make(chan error, 4)
		for range 4 {
			go func() {
				_, err := r.TestWebhook(r.Context(), w.ID, admin)
				ended <- err
			}()
		}
		synctest.Wait()
		_, err := r.TestWebhook(r.Context(), w.ID, admin)
		require.Equal(r, "too_many_tests", fault.CodeOf(err))
		begun := time.Now()
		for range 4 {
			err := <-ended
			assert.Equal(r, "webhook_unreachable", fault.CodeOf(err))
			assert.Contains(r, err.Error(), "10 seconds")
		}
		assert.Equal(r, 10*time.Second, time.Since(begun))
		assert.Zero(r, r.webhook(w.ID).Deliveries.Failures, "tests count for nothing")
	})
}

// F2: a receiver that is gone is switched off on a full disk, too; and where even that has no room, it is not asked again and again.
func TestAReceiverThatIsGoneIsNotAskedAgainOnAFullDisk(t *testing.T) {
	x := &receivers{}
	var full, forAll atomic.Bool // forAll: for essential changes, too
	config := func(c *host.Config) {
		x.config(c)
		c.Store = &askingStore{c.Store, func(table string, essential bool) error {
			if full.Load() && (!essential || forAll.Load()) && table != "events" {
				return syscall.ENOSPC
			}
			return nil
		}}
	}
	inBubble(t, config, func(r *rig) {
		x.fails(410)
		w := r.hooked()
		full.Store(true)
		forAll.Store(true)
		r.happen("t1")
		settle(time.Minute)
		assert.Less(r, len(x.take()), 20)
		require.True(r, r.webhook(w.ID).Enabled)
		forAll.Store(false)
		settle(2 * time.Minute)
		assert.False(r, r.webhook(w.ID).Enabled)
		full.Store(false)
	})
}
