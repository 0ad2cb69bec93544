package main

import (
	"fmt"
	"strings"

	"appzone/api/sso"
)

// checkOIDC refuses half a configuration, which would be no single sign-on without a word, and one that cannot work.
func (c *config) checkOIDC() error {
	var set, missing []string
	for _, v := range []struct {
		name string
		set  bool
	}{
		{"XC_OIDC_ISSUER", c.OIDCIssuer != ""},
		{"XC_OIDC_CLIENT_ID", c.OIDCClientID != ""},
		{"XC_OIDC_CLIENT_SECRET_FILE", c.OIDCClientSecret != ""},
		{"XC_OIDC_GROUP_MAP", len(c.OIDCGroupMap) > 0},
	} {
		if v.set {
			set = append(set, v.name)
		} else {
			missing = append(missing, v.name)
		}
	}
	if len(set) > 0 && len(missing) > 0 {
		return fmt.Errorf("%s is set, and %s is not: single sign-on needs all of XC_OIDC_ISSUER, XC_OIDC_CLIENT_ID, XC_OIDC_CLIENT_SECRET_FILE and XC_OIDC_GROUP_MAP",
			set[0], strings.Join(missing, ", "))
	}
	_, err := c.signOn()
	return err
}

// signOn is the client of the provider, nil for none. It asks the provider nothing yet.
func (c *config) signOn() (*sso.Client, error) {
	if c.OIDCIssuer == "" {
		return nil, nil
	}
	proxy, err := c.proxy()
	if err != nil {
		return nil, err
	}
	roots, err := trustedRoots(c.CAFile)
	if err != nil {
		return nil, err
	}
	client, err := sso.New(sso.Options{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, Groups: c.OIDCGroupMap,
		GroupsClaim: c.OIDCGroupsClaim, Scopes: strings.FieldsFunc(c.OIDCScopes, func(r rune) bool { return r == ' ' || r == ',' }),
		Roots: roots, Proxy: proxy})
	if err != nil {
		return nil, fmt.Errorf("single sign-on of XC_OIDC_ISSUER: %w", err)
	}
	return client, nil
}
