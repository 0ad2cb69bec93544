//go:build race

package process_test

// raceDetector tells that the launcher, which is this program, has the race detector in it: its memory is limited with the plugin's.
const raceDetector = true
