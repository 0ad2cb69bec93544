package process

import "time"

// Usage is what the whole tree of a child uses.
type Usage struct {
	// CPU is the time used since the start, ended descendants included.
	CPU time.Duration `json:"cpu"`
	// RSSBytes is resident memory; pages that processes share count for each of them.
	RSSBytes int64 `json:"rssBytes"`
	// PSSBytes is resident memory with shared pages divided among those that share them. 0 where the
	// kernel does not tell.
	PSSBytes int64 `json:"pssBytes"`
	// Processes counts live processes, without the host's own init in the jail.
	Processes int `json:"processes"`
	// Threads counts their threads.
	Threads int `json:"threads"`
	// OpenFiles counts their descriptors.
	OpenFiles int `json:"openFiles"`
}
