// Package framing finds out whether another site lets its pages be shown in a frame of the console, as browsers decide it: by the headers
// X-Frame-Options and Content-Security-Policy of the page (https://html.spec.whatwg.org/#the-x-frame-options-header, CSP Level 3), and by
// the rule that a page under TLS frames none without.
//
// A [Prober] asks the page itself, reads the head of the answer and no more, and remembers what it said for a while. It has no goroutines.
// It goes where its transport lets it, and follows redirects to sites alone that the caller names: the console's own policy frames no others.
package framing
