package store

import (
	"log/slog"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Options say where and how a store is opened.
type Options struct {
	// Dir is the folder of the database, used for nothing else. It is created with mode 0700.
	Dir string
	// Logger gets what the database reports; nil discards it.
	Logger *slog.Logger
	// ReserveBytes is the room on the disk that writes leave free: below it they are refused
	// with code disk_full, so that the database can always finish what it began.
	// 0 means 64 MiB.
	ReserveBytes int64

	// migrations replaces the product's own in tests.
	migrations []migration
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.ReserveBytes == 0 {
		o.ReserveBytes = 64 << 20
	}
	if o.migrations == nil {
		o.migrations = migrations
	}
	return o
}

const (
	memTableBytes = 8 << 20
	valueLogBytes = 64 << 20
	// inlineBytes is the size from which on a value goes to the value log.
	inlineBytes = 1024
)

// badgerOptions are measured: they keep an idle store near 13 MB of memory and installs near
// the speed of unzip. What matters most: values above 1 KiB go to the value log, no block
// cache (files are mapped), memtables so small that delete marks soon reach a table, where
// value-log collection sees them.
func badgerOptions(dir string, log badger.Logger) badger.Options {
	o := badger.DefaultOptions(dir)
	o.Logger = log
	// Every commit is synced. Syncing by hand instead would miss a log that was rotated.
	o.SyncWrites = true
	// Values are checked when they are read. Tables are checked by ourselves at open:
	// Badger would leave a damaged one out and go on.
	o.VerifyValueChecksum = true
	o.ChecksumVerificationMode = options.NoVerification
	// Updates are serialised here.
	o.DetectConflicts = false
	o.MetricsEnabled = false
	o.Compression = options.None
	o.BlockCacheSize = 0
	o.IndexCacheSize = 0
	o.ValueThreshold = inlineBytes
	o.ValueLogFileSize = valueLogBytes
	o.MemTableSize = memTableBytes
	o.NumMemtables = 2
	o.NumLevelZeroTables = 2
	o.NumLevelZeroTablesStall = 6
	o.BaseTableSize = 2 << 20
	o.BaseLevelSize = 8 << 20
	o.NumCompactors = 2
	return o
}
