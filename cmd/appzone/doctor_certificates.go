package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"appzone/cmd/appzone/certificate"
	"appzone/host/doctor"
)

// hostChecks are those of the running host that only this package can make.
func hostChecks(cfg config, data string) []doctor.Check {
	x := &examination{cfg: cfg, data: data}
	return []doctor.Check{
		{Name: "certificates", Run: cfg.checkCertificates(data)},
		{Name: "runtimes", Run: x.npm},
	}
}

// checkCertificates examines the certificates that are configured, as they lie on the disk.
func (c *config) checkCertificates(data string) func(context.Context) ([]doctor.Finding, error) {
	return func(context.Context) ([]doctor.Finding, error) {
		switch {
		case len(c.TLSAutocert) > 0:
			return c.keptCertificates(data)
		case c.TLSCert == "" || c.TLSKey == "":
			return []doctor.Finding{doctor.CertificateNone.Good("no certificate is configured", "what is not on this machine reaches the host through a proxy with TLS, or without TLS")}, nil
		}
		return c.fileCertificates(), nil
	}
}

// fileCertificates examines the files of XC_TLS_CERT and XC_TLS_KEY.
func (c *config) fileCertificates() []doctor.Finding {
	leaf, err := certificate.Examine(c.TLSCert, c.TLSKey)
	if err != nil {
		return []doctor.Finding{doctor.CertificateUnreadable.Bad("the certificate cannot be used", err.Error(),
			"name the PEM file of the certificate with its chain in XC_TLS_CERT and that of its key in XC_TLS_KEY, and let the user of the host read both")}
	}
	const fix = "renew the certificate and put the new files in the place of XC_TLS_CERT and XC_TLS_KEY; a running host takes them within 5 seconds"
	out := lifeOf(leaf, certificate.SoonEnds, fix)
	if info, err := os.Stat(c.TLSKey); err == nil && info.Mode().Perm()&0o007 != 0 {
		out = append(out, doctor.CertificateKeyOpen.Bad("other users of this machine may read the certificate's key", fmt.Sprintf("%s has mode %04o", c.TLSKey, info.Mode().Perm()),
			"chmod 600 "+c.TLSKey+"; if others have accounts here, ask for a new certificate with a new key"))
	}
	var missing []string
	for _, name := range c.servedNames() {
		if leaf.VerifyHostname(name) != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		out = append(out, doctor.CertificateName.Bad("the certificate is not for the names that are served", "browsers refuse it for "+listed(missing),
			"get a certificate for these names too, or correct XC_PUBLIC_URL and XC_APPS_DOMAIN"))
	}
	if len(out) == 0 {
		out = append(out, doctor.CertificateOK.Good("the certificate holds until "+leaf.NotAfter.UTC().Format(time.RFC3339), c.TLSCert))
	}
	return out
}

// servedNames are the names of the console, and of a plugin's pages where they have their own.
func (c *config) servedNames() []string {
	var names []string
	if u, err := url.Parse(c.PublicURL); err == nil && u.Hostname() != "" {
		names = append(names, u.Hostname())
	}
	if c.AppsDomain != "" && c.AppsDomain != domainLocalhost {
		names = append(names, "plugin."+c.AppsDomain)
	}
	return names
}

// keptCertificates examines those that came from the authority.
func (c *config) keptCertificates(data string) ([]doctor.Finding, error) {
	dir := filepath.Join(data, "acme")
	leaves, err := certificate.Kept(dir, c.TLSAutocertDirectory)
	if errors.Is(err, fs.ErrPermission) || isNoFolder(err) {
		return []doctor.Finding{doctor.CertificateUnreadable.Bad("the certificates of the authority cannot be read", err.Error(),
			"run this command as the user of the host, or give the folder to that user: chown -R USER "+dir)}, nil
	}
	if err != nil {
		return nil, err
	}
	var out []doctor.Finding
	for _, name := range c.TLSAutocert {
		at := slices.IndexFunc(leaves, func(l *x509.Certificate) bool { return l.VerifyHostname(name) == nil })
		if at < 0 {
			f := doctor.CertificateWaiting.Good("there is no certificate for "+name+" yet", "it is asked for at the first connection by that name")
			f.Fix = "let the authority reach this host by that name at port 443; the host's log has why it refuses"
			out = append(out, f)
			continue
		}
		found := lifeOf(leaves[at], certificate.RenewalLate(leaves[at]),
			"let the authority reach this host as "+name+" at port 443; the host's log has why the renewal failed (\"certificate not obtained\")")
		if len(found) == 0 {
			found = append(found, doctor.CertificateOK.Good("the certificate of "+name+" holds until "+leaves[at].NotAfter.UTC().Format(time.RFC3339), ""))
		}
		out = append(out, found...)
	}
	return out, nil
}

// lifeOf tells of a certificate that is over, not valid yet, or ends within that time.
func lifeOf(leaf *x509.Certificate, within time.Duration, fix string) []doctor.Finding {
	now := time.Now()
	end := leaf.NotAfter.UTC().Format(time.RFC3339)
	switch {
	case now.After(leaf.NotAfter):
		return []doctor.Finding{doctor.CertificateExpired.Bad("the certificate has expired: browsers refuse it", "it ended at "+end, fix)}
	case now.Before(leaf.NotBefore):
		return []doctor.Finding{doctor.CertificateEarly.Bad("the certificate is not valid yet: browsers refuse it", "it begins at "+leaf.NotBefore.UTC().Format(time.RFC3339),
			"set the machine's clock if that is wrong (timedatectl set-ntp true); else use the certificate before this one until then")}
	case leaf.NotAfter.Sub(now) < within:
		return []doctor.Finding{doctor.CertificateExpiring.Warn("the certificate expires soon", "it ends at "+end, fix)}
	}
	return nil
}
