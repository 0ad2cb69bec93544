package main

import (
	"fmt"
	"io"
	"log/slog"
)

// newLogger makes the host's log: text for a person who watches, else JSON, unless the format is set.
func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("XC_LOG_LEVEL is %q and must be debug, info, warn or error", level)
	}
	if format == "" {
		format = "json"
		if isTerminal(w) {
			format = "text"
		}
	}
	o := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	default:
		return nil, fmt.Errorf("XC_LOG_FORMAT is %q and must be text or json", format)
	}
}
