// Package secret encrypts small values that are stored, and names them without showing them.
//
// A [Box] holds the host's secret keys. It seals with XChaCha20-Poly1305 (random nonces, so that no
// counter has to survive a crash) and binds each value to a context, so that one record's secret is of no use
// in another's place. Keys can be rotated: the first seals, all open, and [Box.Stale] tells what is to be sealed anew.
//
// The package starts no goroutine. It does not guard against who can read the host's memory or its key file.
package secret
