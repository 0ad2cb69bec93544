package certificate

import (
	"crypto/x509"
	"log/slog"
	"time"
)

const (
	// warnWithin is how long before its end a certificate is warned about, unless its whole life is short.
	warnWithin = 14 * 24 * time.Hour
	// warnPart is the last part of a short life that counts as its end.
	warnPart = 4
	// warnAgain is how often.
	warnAgain = 24 * time.Hour
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

// endsSoon tells whether the certificate ends within 14 days, or is in the last quarter of a life so short that
// this comes later: certificates of a day are no reason to warn all day.
func endsSoon(leaf *x509.Certificate, now time.Time) bool {
	return leaf.NotAfter.Sub(now) < min(warnWithin, leaf.NotAfter.Sub(leaf.NotBefore)/warnPart)
}

// warn logs that the certificate ends soon, has ended, or has not begun. It tells whether there was something to say.
func warn(log *slog.Logger, leaf *x509.Certificate, now time.Time) bool {
	switch {
	case now.After(leaf.NotAfter):
		log.Error("certificate has expired; browsers refuse it", attributes(leaf)...)
	case now.Before(leaf.NotBefore):
		log.Warn("certificate is not valid yet; browsers refuse it", append(attributes(leaf), "begins", leaf.NotBefore.UTC().Format(time.RFC3339))...)
	case endsSoon(leaf, now):
		log.Warn("certificate expires soon; renew it", attributes(leaf)...)
	default:
		return false
	}
	return true
}
