// Package bundle opens the zip that a plugin is uploaded as, under limits, and says what is in it.
//
// The zip's directory is read by this package itself, once, and the same record that was checked is used
// to read the content: there is no second parser that could see something else. What does not fit the strict form
// of a zip (one directory, entries side by side without gaps, headers that agree) is refused, so that no
// other program sees other files in it. Nothing is ever written: callers read [Entry.Open].
//
// Every refusal is a *fault.Error of kind Invalid. What is odd but harmless is a [Finding].
//
// The package starts no goroutine. A [Bundle] does not own its reader, which must stay open and
// unchanged as long as the bundle is used; its methods may be called concurrently.
package bundle
