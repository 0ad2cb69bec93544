package api_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
)

// from is a try to log in, with a cookie or none, from an address that a trusted proxy names.
func (r *rig) from(address, cookie, user, password string) answer {
	r.t.Helper()
	header := map[string]string{"X-Forwarded-For": address}
	if cookie != "" {
		header["Cookie"] = cookie
	}
	return r.do(call{method: "POST", path: "/api/v1/session", token: "-", header: header, json: map[string]string{"username": user, "password": password}})
}

// Who guesses from many addresses uses up what strangers have for the account, and locks nobody out who logged in before.
func TestAStrangerDoesNotLockTheOwnerOut(t *testing.T) {
	r := newRig(t, trustLoopback)
	r.member("bob", "agent", nil)
	device := cookieOf(t, r.from("192.0.2.1", "", "admin", adminPassword), "device")
	bobs := cookieOf(t, r.from("192.0.2.2", "", "bob", memberPassword), "device")
	statuses := map[int]int{}
	for i := range 1000 {
		a := r.from(fmt.Sprintf("198.51.%d.%d", i/250, i%250), []string{"", bobs, "appzone_device=forged", bobs + "; appzone_session=x"}[i%4], "admin", "guess")
		statuses[a.StatusCode]++
	}
	assert.LessOrEqual(t, statuses[401], 10+5, "a stolen cookie of another account gets nothing")
	assert.Equal(t, 1000, statuses[401]+statuses[429])
	stranger := r.from("203.0.113.1", "", "admin", adminPassword)
	assert.Equal(t, "too_many_logins", stranger.code(), "strangers wait, whoever they are")

	assert.Equal(t, 204, r.from("203.0.113.2", device, "admin", adminPassword).StatusCode, "the owner's browser, wherever it is")
	assert.Equal(t, 204, r.from("192.0.2.1", "", "admin", adminPassword).StatusCode, "a program at an address that logged in before")
	assert.Equal(t, 204, r.from("192.0.2.2", "", "bob", memberPassword).StatusCode, "another account is not concerned")
}

// A browser that is known is not free to guess.
func TestAKnownBrowserIsLimitedByItself(t *testing.T) {
	r := newRig(t, trustLoopback)
	first := cookieOf(t, r.from("192.0.2.1", "", "admin", adminPassword), "device")
	second := cookieOf(t, r.from("192.0.2.1", "", "admin", adminPassword), "device")
	last := 0
	for i := range 20 {
		if last = r.from("198.51.100."+strconv.Itoa(i), first, "admin", "guess").StatusCode; last == 429 {
			break
		}
	}
	assert.Equal(t, 429, last)
	assert.Equal(t, 204, r.from("198.51.100.1", second, "admin", adminPassword).StatusCode)
	again := cookieOf(t, r.from("198.51.100.1", second, "admin", adminPassword), "device")
	assert.NotEqual(t, second, again, "it lasts half a year from the last log-in")
}

// An address that is known for one account is a stranger to another.
func TestAKnownAddressIsLimitedByItself(t *testing.T) {
	r := newRig(t, trustLoopback)
	r.member("bob", "agent", nil)
	require.Equal(t, 204, r.from("192.0.2.1", "", "admin", adminPassword).StatusCode)
	count := func(user string) (n int) {
		for n < 20 && r.from("192.0.2.1", "", user, "guess").StatusCode == 401 {
			n++
		}
		return n
	}
	assert.InDelta(t, 10, count("admin"), 2)
	assert.InDelta(t, 10, count("bob"), 2)
	assert.Equal(t, 204, r.from("192.0.2.9", "", "admin", adminPassword).StatusCode, "what strangers have is not used up")
}

// No answer tells whether an account exists.
func TestNoAnswerTellsWhoExists(t *testing.T) {
	r := newRig(t, trustLoopback)
	r.member("robot", "agent", map[string]any{"kind": "service"})
	shape := func(user string, i int) (all []string) {
		for n := range 14 {
			a := r.from(fmt.Sprintf("198.51.%d.%d", i, n), "", user, "guess")
			all = append(all, strconv.Itoa(a.StatusCode)+" "+a.code()+" "+detail(t, a))
			assert.Empty(t, a.Cookies())
		}
		return all
	}
	want := shape("admin", 1)
	assert.Contains(t, strings.Join(want, "\n"), "429 too_many_logins")
	for i, user := range []string{"nobody", "robot", "", strings.Repeat("x", 3000)} {
		assert.Equal(t, want[:10], shape(user, i+2)[:10], "%.20s", user)
	}
}

func detail(t *testing.T, a answer) string {
	t.Helper()
	var p struct{ Detail string }
	a.into(t, &p)
	return p.Detail
}

// F2: a crowd of strangers waits in a part of the queue, and leaves the rest to who is known.
func TestACrowdOfStrangersLeavesRoom(t *testing.T) {
	r := newRig(t, trustLoopback)
	device := cookieOf(t, r.from("192.0.2.1", "", "admin", adminPassword), "device")
	var crowd sync.WaitGroup
	var busy, over atomic.Int64
	stop := make(chan struct{})
	for i := range 40 {
		crowd.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				switch a := r.from(fmt.Sprintf("198.%d.%d.1", i, n%250), "", fmt.Sprintf("user %d %d", i, n), "guess"); a.code() {
				case "password_busy":
					busy.Add(1)
					time.Sleep(5 * time.Millisecond)
				case "login_failed":
				default:
					over.Add(1)
				}
			}
		})
	}
	require.Eventually(t, func() bool { return busy.Load() > 20 }, 30*time.Second, time.Millisecond)
	for range 3 {
		assert.Equal(t, 204, r.from("203.0.113.1", device, "admin", adminPassword).StatusCode)
	}
	close(stop)
	crowd.Wait()
	assert.Zero(t, over.Load())
}

// What is remembered is bounded, and forgotten.
func TestKnownAddressesAreBounded(t *testing.T) {
	known := api.NewKnown()
	now := time.Now()
	for i := range 25_000 {
		known.Remember(now, strconv.Itoa(i))
	}
	assert.LessOrEqual(t, known.Len(), 10_000)
	assert.True(t, known.Knows(now, "24999"))
	assert.False(t, known.Knows(now.Add(time.Hour+time.Second), "24999"))
	known.Remember(now.Add(2*time.Hour), "new")
	assert.Equal(t, 1, known.Len(), "what is over makes room")
}
