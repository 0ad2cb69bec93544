// Bench measures the host against programs that do one part of its work: "make bench" runs it.
//
// It starts the real binary with a data folder of its own, and beside it nginx, an express program, unzip and node,
// and prints each comparison as a ratio. The two sides of a ratio take turns within one run, cell by cell, and the ratio
// is the median of the rounds: what else the machine does hits both alike. Everything stays on the loopback
// interface and in one temporary folder, runs for a bounded time, and is ended and removed at the end.
//
// A program that is not installed leaves out what needs it, by name. This program does not judge: it prints.
package main
