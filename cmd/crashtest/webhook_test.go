package crashtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// childWebhook tells the child that will be killed to make events that a receiver is told of.
const childWebhook = "CRASHTEST_WEBHOOK"

const crashEvents = 6 // that the receiver is told of

// TestKillBetweenADeliveryAndItsRecord covers row A10: every event that was kept is told, in order; one that was taken may be told again, under the same id.
func TestKillBetweenADeliveryAndItsRecord(t *testing.T) {
	for at := 1; at <= crashEvents; at++ {
		t.Run(fmt.Sprintf("after %d", at), func(t *testing.T) {
			got := make(chan [2]string, 10*crashEvents)
			receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				var e host.Event
				_ = json.NewDecoder(r.Body).Decode(&e)
				got <- [2]string{e.Type, r.Header.Get("webhook-id")}
			}))
			defer receiver.Close()
			dir := t.TempDir()
			s, err := openWithKeys(dir, nil, oldKey)
			require.NoError(t, err)
			_, err = s.CreateWebhook(t.Context(), fmt.Appendf(nil, `{"url":%q,"events":["crash.*"]}`, receiver.URL), admin)
			require.NoError(t, err)
			require.NoError(t, s.close())

			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childDir+"="+dir, childKill+"="+strconv.Itoa(at), childWebhook+"=1")
			err = cmd.Run()
			status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
			require.Equal(t, syscall.SIGKILL, status.Signal(), "%v", err)

			s, err = openWithKeys(dir, nil, oldKey)
			require.NoError(t, err)
			defer func() { require.NoError(t, s.close()) }()
			var types []string
			ids := map[string]string{}
			for len(types) < crashEvents {
				select {
				case m := <-got:
					if former, told := ids[m[0]]; told {
						assert.Equal(t, former, m[1])
						continue
					}
					ids[m[0]], types = m[1], append(types, m[0])
				case <-time.After(time.Minute):
					require.Fail(t, "an event is lost", "%v", types)
				}
			}
			for n, kind := range types {
				assert.Equal(t, crashType(n), kind)
			}
		})
	}
}

func crashType(n int) string { return "crash.e" + strconv.Itoa(n) }

// tell is the child: it ends after the given delivery.
func tell(dir string, at int) {
	n := 0
	s, err := openWithKeys(dir, func(point string) {
		if point == "webhook.delivered" {
			if n++; n == at {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {} // the signal may take a moment
			}
		}
	}, oldKey)
	if err != nil {
		panic(err)
	}
	for n := range crashEvents {
		s.Bus().Publish(host.Event{Type: crashType(n), Actor: "host"})
	}
	select {}
}
