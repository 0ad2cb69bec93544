package certificate

import (
	"crypto/x509"
	"log/slog"
	"time"
)

const (
	// warnWithin is how long before its end a certificate is warned about, and warnAgain how often.
	warnWithin = 14 * 24 * time.Hour
	warnAgain  = 24 * time.Hour
)

// attributes describe a certificate in the log.
func attributes(leaf *x509.Certificate) []any {
	return []any{"names", namesOf(leaf), "issuer", leaf.Issuer.String(), "expires", leaf.NotAfter.UTC().Format(time.RFC3339)}
}

// namesOf are the names and addresses that the certificate is for.
func namesOf(leaf *x509.Certificate) []string {
	names := append([]string{}, leaf.DNSNames...)
	for _, a := range leaf.IPAddresses {
		names = append(names, a.String())
	}
	return names
}

// warn logs that the certificate ends within that time, has ended, or has not begun. It tells whether there was something to say.
func warn(log *slog.Logger, leaf *x509.Certificate, now time.Time, within time.Duration) bool {
	switch {
	case now.After(leaf.NotAfter):
		log.Error("certificate has expired; browsers refuse it", attributes(leaf)...)
	case now.Before(leaf.NotBefore):
		log.Warn("certificate is not valid yet; browsers refuse it", append(attributes(leaf), "begins", leaf.NotBefore.UTC().Format(time.RFC3339))...)
	case leaf.NotAfter.Sub(now) < within:
		log.Warn("certificate expires soon; renew it", attributes(leaf)...)
	default:
		return false
	}
	return true
}
