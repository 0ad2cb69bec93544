package main

import (
	"errors"
	"fmt"
)

// The bounds: how much more there may be after the load than before it, both at rest.
const (
	// memoryMore is for caches and the Go heap's own slack, in parts of what was before, and at least memoryLeast MB.
	memoryMore  = 0.25
	memoryLeast = 32.0
	// descriptorsMore and goroutinesMore leave room for tables of the database that came meanwhile and connections that are on their way out.
	descriptorsMore = 32
	goroutinesMore  = 32
	// diskMore is for events, jobs, the audit trail, and logs of the database that wait for their collection, in MB.
	diskMore = 256.0
)

// verdict fails when something has grown beyond its bound. Children must be exactly as many as before.
func verdict(before, after measures) error {
	var errs []error
	check := func(what string, now, bound float64) {
		if now > bound {
			errs = append(errs, fmt.Errorf("%s: %.1f is more than %.1f", what, now, bound))
		}
	}
	check("memory in MB", after.memory, before.memory+max(memoryMore*before.memory, memoryLeast))
	check("descriptors", float64(after.descriptors), float64(before.descriptors+descriptorsMore))
	check("goroutines", float64(after.goroutines), float64(before.goroutines+goroutinesMore))
	check("disk in MB", after.disk, before.disk+diskMore)
	if after.children != before.children {
		errs = append(errs, fmt.Errorf("children: there were %d and are %d", before.children, after.children))
	}
	return errors.Join(errs...)
}
