package sso

import (
	"context"
	"fmt"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"appzone/host/fault"
)

// provider is what the provider says of itself.
type provider struct {
	*oidc.Provider
	verifier *oidc.IDTokenVerifier
	style    oauth2.AuthStyle
	scopes   []string
}

// described is the part of the provider's description that go-oidc keeps for itself.
type described struct {
	JWKS    string   `json:"jwks_uri"`
	Methods []string `json:"token_endpoint_auth_methods_supported"`
	Scopes  []string `json:"scopes_supported"`
}

// provider asks the provider what it is, until it has said so once. One asks, the others wait. The *fault.Error is
// oidc_unavailable.
func (c *Client) provider(ctx context.Context) (*provider, error) {
	if p := c.found.Load(); p != nil {
		return p, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	if p := c.found.Load(); p != nil {
		return p, nil
	}
	p, err := c.discover(ctx)
	if err != nil {
		return nil, unavailable(err)
	}
	c.found.Store(p)
	return p, nil
}

func unavailable(err error) error {
	return fault.Wrap(err, fault.Unavailable, "oidc_unavailable", "the single sign-on provider does not answer as it should; try again later, or log in with a password")
}

// discover reads the provider's description and holds it to what this client relies on.
func (c *Client) discover(ctx context.Context) (*provider, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, c.http), c.o.Issuer)
	if err != nil {
		return nil, err
	}
	var d described
	if err := found.Claims(&d); err != nil {
		return nil, err
	}
	for name, url := range map[string]string{"authorization_endpoint": found.Endpoint().AuthURL, "token_endpoint": found.Endpoint().TokenURL,
		"userinfo_endpoint": found.UserInfoEndpoint(), "jwks_uri": d.JWKS} {
		if name == "userinfo_endpoint" && url == "" {
			continue // there need not be one
		}
		if err := checkURL(url, true); err != nil {
			return nil, fmt.Errorf("its %s %q: %w", name, url, err)
		}
	}
	p := &provider{Provider: found, verifier: found.Verifier(&oidc.Config{ClientID: c.o.ClientID}), style: oauth2.AuthStyleInHeader}
	if len(d.Methods) > 0 && !slices.Contains(d.Methods, "client_secret_basic") {
		p.style = oauth2.AuthStyleInParams
	}
	p.scopes = c.scopes(d.Scopes)
	return p, nil
}

// scopes are what is asked for at a provider that has these.
func (c *Client) scopes(has []string) []string {
	scopes := slices.Clone(c.o.Scopes)
	if len(scopes) == 0 {
		scopes = []string{oidc.ScopeOpenID, "profile", "email"}
		if slices.Contains(has, "groups") {
			scopes = append(scopes, "groups")
		}
	}
	if !slices.Contains(scopes, oidc.ScopeOpenID) {
		scopes = append(scopes, oidc.ScopeOpenID)
	}
	return scopes
}

// oauth is the client of the code flow, for a browser that comes back to redirect.
func (c *Client) oauth(p *provider, redirect string) *oauth2.Config {
	endpoint := p.Endpoint()
	endpoint.AuthStyle = p.style
	return &oauth2.Config{ClientID: c.o.ClientID, ClientSecret: c.o.ClientSecret, Endpoint: endpoint, RedirectURL: redirect, Scopes: p.scopes}
}
