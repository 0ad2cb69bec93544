// Package limit bounds how often something may happen, by key: an address, an account, a credential.
//
// A [Limiter] is a table of bounded size behind one mutex, and costs a look-up. The package starts no goroutine.
package limit
