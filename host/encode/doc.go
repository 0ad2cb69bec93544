// Package encode makes compressed copies of served files. It starts no goroutine and keeps nothing; the caller
// decides when there is time, and what a copy is worth.
package encode
