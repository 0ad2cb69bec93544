package tree

import (
	"context"
	"errors"
	"os"
	"sync"
)

// syncers is how many files are made durable at once: journaling file systems put waiting ones into one commit.
const syncers = 16

// syncAll makes the entries' files and their folders durable.
func syncAll(ctx context.Context, r *os.Root, entries []Entry, dirs map[string]bool) error {
	names := make(chan string)
	errs := make([]error, syncers)
	var group sync.WaitGroup
	for i := range syncers {
		group.Go(func() {
			for name := range names {
				errs[i] = errors.Join(errs[i], syncOne(r, name))
			}
		})
	}
	for _, e := range entries {
		if e.Link == "" && ctx.Err() == nil {
			names <- e.Path
		}
	}
	for dir := range dirs {
		names <- dir
	}
	close(names)
	group.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

func syncOne(r *os.Root, name string) error {
	f, err := r.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
