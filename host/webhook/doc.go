// Package webhook sends one message to one receiver as the Standard Webhooks specification says, so that receivers verify it with its libraries:
// headers webhook-id, webhook-timestamp and webhook-signature (HMAC-SHA256 over id, time and body).
//
// It keeps nothing and starts no goroutine: what is sent, when, and how often is the caller's. It follows no redirect, and reads no more than 4 KiB of
// an answer, which it throws away.
package webhook
