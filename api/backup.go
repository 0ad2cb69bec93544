package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

const contentZstd = "application/zstd"

// createBackup streams a backup of the whole host.
func (s *Server) createBackup(c *fiber.Ctx) error {
	b, err := s.host.Backup(s.ctx, actorOf(c))
	return s.sendBackup(c, b, err)
}

// sendBackup streams an archive. One that is cut off, because the client takes nothing for a while or the credentials end, is no whole answer.
func (s *Server) sendBackup(c *fiber.Ctx, b *host.Backup, err error) error {
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+b.Name+`"`) // of letters, digits, dots and hyphens
	return s.openStream(c, contentZstd, "", func(st *stream) error {
		_, err := b.WriteTo(&heldWriter{st: st})
		return err
	}, b.Close)
}

// heldWriter writes as long as the stream's credentials hold.
type heldWriter struct {
	st   *stream
	last time.Time
}

func (w *heldWriter) Write(p []byte) (n int, err error) {
	if time.Since(w.last) > holdCheck {
		if !w.st.holds() {
			return 0, errStreamEnded
		}
		w.last = time.Now()
	}
	for len(p) > 0 && err == nil { // in pieces, each of which has its time
		var written int
		written, err = w.st.Write(p[:min(len(p), 64<<10)])
		n, p = n+written, p[written:]
	}
	return n, err
}
