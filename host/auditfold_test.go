package host_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
)

func TestTheSameRefusalIsOneEntryAMinute(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		for range 50 {
			r.Refused(from("203.0.113.1"), scanned)
		}
		r.Refused(from("203.0.113.2"), scanned)
		synctest.Wait()
		items := r.trail(denied)
		require.Len(r, items, 2, "the first of each at once")
		assert.Zero(r, items[0].Count)
		time.Sleep(time.Minute)
		synctest.Wait()
		items = r.trail(denied)
		require.Len(r, items, 3)
		assert.EqualValues(r, 49, items[2].Count)
		assert.Equal(r, "203.0.113.1", items[2].Address)
		r.Refused(from("203.0.113.1"), scanned)
		synctest.Wait()
		assert.Len(r, r.trail(denied), 4, "a new minute begins anew")
	})
}

func TestRequestsWithoutCredentialsAreCounted(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		for i := range 30 {
			r.Counted(host.Origin{Address: fmt.Sprint("203.0.113.", i%2), RequestID: "r"}, host.Act{Kind: host.KindDenied, Code: "unauthenticated"})
		}
		synctest.Wait()
		assert.Empty(r, r.trail(denied))
		time.Sleep(time.Minute)
		synctest.Wait()
		items := r.trail(denied)
		require.Len(r, items, 2)
		assert.EqualValues(r, 15, items[0].Count)
		assert.Empty(r, items[0].RequestID)
	})
}

// A flood of strangers, each with an address of its own, is bounded at once and in the long run, hides no member's refusal, and
// no act of it is left out of the counts.
func TestAFloodOfRefusalsIsBounded(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		const hours, each = 3, 1500
		sent := 0
		for range hours * 60 {
			for range each {
				sent++
				r.Refused(from(fmt.Sprint("2001:db8::", sent)), scanned)
				if sent%500 == 0 {
					synctest.Wait()
				}
			}
			r.Refused(admin, scanned)
			sent++
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		items, counted, mine := r.trail(denied), 0, 0
		for _, e := range items {
			counted += max(1, int(e.Count))
			if e.Actor == "admin" {
				mine++
			}
		}
		assert.Equal(r, sent, counted)
		assert.GreaterOrEqual(r, mine, 100, "a member has a budget of his own")
		assert.Less(r, len(items), 2*(100+hours*60*(5+1)))
	})
}

// What comes faster than it can be looked at is counted, too.
func TestWhatIsNotLookedAtIsCounted(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		const n = 20_000
		for range n {
			r.Refused(from("203.0.113.1"), scanned)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		counted := 0
		for _, e := range r.trail(audit.Filter{}) {
			if e.Outcome != audit.Done {
				counted += max(1, int(e.Count))
			}
		}
		assert.Equal(r, n, counted)
	})
}

// Who tries passwords cannot hide that in a crowd of other refusals.
func TestACrowdHidesNoGuess(t *testing.T) {
	inBubble(t, nil, func(r *rig) {
		for i := range 1500 {
			r.Refused(from(fmt.Sprint("2001:db8::", i)), scanned)
			r.Counted(host.Origin{Address: "203.0.113.1"}, host.Act{Kind: host.KindDenied, Code: "page_ended", Plugin: fmt.Sprint("p", i)})
			if i%250 == 0 {
				synctest.Wait()
			}
		}
		r.Refused(host.Actor{User: "admin", Origin: host.Origin{Address: "203.0.113.1"}}, host.Act{Kind: host.KindLoginRefused, Code: "login_failed"})
		synctest.Wait()
		assert.Len(r, r.trail(audit.Filter{Kind: host.KindLoginRefused}), 1)
	})
}
