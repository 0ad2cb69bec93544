package store

import (
	"fmt"
	"log/slog"
	"strings"
)

// badgerLog passes on what Badger reports, and notices what Badger only reports: a value log
// that could not be synced.
type badgerLog struct {
	log        *slog.Logger
	syncFailed func(error)
}

func (b badgerLog) Errorf(format string, args ...any) {
	text := line(format, args)
	b.log.Error("database error", "detail", text)
	if strings.Contains(text, "curlf sync") {
		b.syncFailed(fmt.Errorf("badger: %s", text))
	}
}

func (b badgerLog) Warningf(format string, args ...any) {
	b.log.Warn("database warning", "detail", line(format, args))
}

func (b badgerLog) Infof(format string, args ...any) {
	b.log.Debug("database", "detail", line(format, args))
}

func (b badgerLog) Debugf(string, ...any) {}

func line(format string, args []any) string { return strings.TrimSpace(fmt.Sprintf(format, args...)) }
