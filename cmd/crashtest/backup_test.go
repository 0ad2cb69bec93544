package crashtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"appzone/host/archive"
)

// backups is an actor that has one backup made after the other. A backup changes nothing but the audit trail.
type backups struct {
	done []string
	// whole came to their end, and cut are those that did not.
	whole, cut int
}

// betweenBackups is the longest pause.
const betweenBackups = 500 * time.Millisecond

func (b *backups) act(t *testing.T, c *client, r *rand.Rand) {
	for {
		time.Sleep(time.Duration(r.Int64N(int64(betweenBackups))))
		a := c.do(http.MethodPost, "/api/v1/backup", nil)
		switch {
		case a.status == 0, c.stopping.Load():
			b.cut++
			return
		case !a.ok():
			t.Errorf("a backup is refused: %s", a)
			return
		}
		if err := whole(a.body); err != nil && !c.stopping.Load() {
			t.Errorf("a backup that came to its end is not whole: %v", err)
		}
		b.whole++
		b.done = append(b.done, "host.backup")
	}
}

// whole reads an archive to its end, where its sums are.
func whole(content []byte) error {
	in, err := archive.NewReader(bytes.NewReader(content), archive.KindHost, archive.Limits{Bytes: 1 << 30, Entries: 1 << 20})
	if err != nil {
		return err
	}
	defer in.Close()
	for err == nil {
		_, err = in.Next()
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

func (b *backups) check(*testing.T, *zone, *client) {}

func (b *backups) acknowledged() []string {
	done := b.done
	b.done = nil
	return done
}

func (b *backups) summary() string {
	return fmt.Sprintf("backups: %d whole, %d without an end", b.whole, b.cut)
}
