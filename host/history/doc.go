// Package history remembers what a plugin did over the last hour and the last day, in memory of fixed size.
//
// A [Meter] is one plugin's. [Meter.Count] is called for each request, costs one or two atomic additions and waits for nobody.
// [Meter.Sample] is called every few seconds for what the plugin's program uses. [Meter.Points] gives the steps of a [Window].
//
// Times are durations on one clock that the caller has and that never goes back, so that a clock that is set changes nothing. Latency
// is counted by size, in four classes to each power of two: the 95th percentile that is told is off by a ninth at most, from 16
// microseconds to 67 seconds. Classes are added up over a step, so this holds for long steps as for short ones.
//
// A meter takes about 12 KiB. The package starts no goroutine.
package history
