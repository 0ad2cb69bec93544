package password

import (
	"fmt"
	"time"

	"appzone/host/fault"

	"github.com/alexedwards/argon2id"
)

// MaxBytes is the longest password in bytes.
const MaxBytes = 1024

// What bounds hashing: memory is atOnce times the memory of one hash, 64 MiB in all.
const (
	atOnce  = 2
	waiting = 16
)

// cost is what a new hash costs: above the usual minimum (19 MiB twice), about a tenth of a second. One lane
// keeps a log-in from taking every core.
var cost = &argon2id.Params{Memory: 32 << 10, Iterations: 3, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// maxMemoryKiB is what a stored hash may ask for at most; more is a damaged or planted record.
const maxMemoryKiB = 256 << 10

// dummy is the hash of a password that nobody knows, with the cost of a new one.
const dummy = "$argon2id$v=19$m=32768,t=3,p=1$kri3AoHxP52d33XqVtHD9A$2BXs5YkaTGtrqqVLumy+qVCohYWR5a25t7BlLdHhjA4"

var (
	queue = make(chan struct{}, atOnce+waiting)
	slots = make(chan struct{}, atOnce)
)

// Hash returns the hash of password to store. A *fault.Error says password_invalid (empty, or longer than
// [MaxBytes]) or password_busy (too many at once; try later).
func Hash(password string) (string, error) {
	if password == "" || len(password) > MaxBytes {
		return "", fault.New(fault.Invalid, "password_invalid", "the password must have 1 to %d bytes", MaxBytes)
	}
	done, err := enter()
	if err != nil {
		return "", err
	}
	defer done()
	return argon2id.CreateHash(password, cost)
}

// Check reports whether hash is the hash of password. An error means that nobody can tell: the stored hash is
// damaged, or the *fault.Error password_busy.
func Check(hash, password string) (bool, error) {
	params, salt, key, err := argon2id.DecodeHash(hash)
	if err != nil {
		return false, fmt.Errorf("stored password hash: %w", err)
	}
	if params.Memory > maxMemoryKiB || params.Iterations < 1 || params.Iterations > 64 || params.Parallelism < 1 ||
		len(salt) < 8 || len(key) < 16 || len(key) > 128 {
		return false, fmt.Errorf("stored password hash: parameters out of range")
	}
	if len(password) > MaxBytes {
		password = "" // cannot match, and must cost the same
	}
	done, err := enter()
	if err != nil {
		return false, err
	}
	defer done()
	return argon2id.ComparePasswordAndHash(password, hash)
}

// Dummy takes as long as Check of a real user's password, for a user who does not exist, so that
// nobody can tell from the time which users do. The error is password_busy, as it would be from Check.
func Dummy(password string) error {
	_, err := Check(dummy, password)
	return err
}

// enter waits for a turn. The caller calls done after it.
func enter() (done func(), err error) {
	select {
	case queue <- struct{}{}:
	default:
		e := fault.New(fault.TooMany, "password_busy", "too many log-ins at once; try again in a moment")
		e.RetryAfter = time.Second
		return nil, e
	}
	slots <- struct{}{}
	return func() { <-slots; <-queue }, nil
}
