package main

import (
	"os"
	"path/filepath"

	"appzone/host/doctor"
	"appzone/host/fault"
)

// checkLostDatabase refuses (database_gone) to begin anew where plugins have folders and the database has no file: a host without
// records takes these folders for leftovers, and clears them away with all that the plugins keep. A restore that was not finished is
// told by the host.
func checkLostDatabase(data string) error {
	if _, err := os.Lstat(filepath.Join(data, doctor.RestoreMark)); err == nil {
		return nil
	}
	for _, e := range namesIn(filepath.Join(data, "store")) {
		if e.Name() != "lock" && e.Name() != "spare" { // which a store has before it is one
			return nil
		}
	}
	plugins := namesIn(filepath.Join(data, "plugins"))
	if len(plugins) == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "database_gone", "the database is gone: %s has no files, but %d plugins have folders in %s; put the database back (is its disk mounted?), "+
		"or restore a backup into an empty folder; to begin anew, move the data folder away", filepath.Join(data, "store"), len(plugins), filepath.Join(data, "plugins"))
}

// namesIn are those in the folder, as far as it can be read: whoever opens it tells why that fails.
func namesIn(dir string) []os.DirEntry {
	list, _ := os.ReadDir(dir)
	return list
}
