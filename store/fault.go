package store

import (
	"fmt"

	"appzone/host/fault"
)

// damaged says what of the database cannot be read.
func damaged(cause error, format string, args ...any) *fault.Error {
	return fault.Wrap(cause, fault.Internal, "database_damaged",
		"the database is damaged: %s; nothing was repaired: restore the data folder from a backup, and check the disk; appzone doctor has more",
		fmt.Sprintf(format, args...))
}
