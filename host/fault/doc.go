// Package fault holds the one error type that crosses package borders.
//
// An error that a person or a program outside may see carries a kind (which
// decides the HTTP status), a stable code for programs, and a message that says
// what failed, why, and what to do, without secrets. Everything else is an
// ordinary Go error and is reported outside as an internal error, by its request
// id alone. The package starts no goroutine and imports nothing of this module.
package fault
