// Package identitytest is the conformance suite of whatever verifies identities: all of it believes and refuses the same tokens, and says
// why in the same words.
package identitytest
