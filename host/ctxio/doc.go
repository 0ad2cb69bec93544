// Package ctxio lets a read end with its context.
package ctxio
