package sso

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"appzone/host"
	"appzone/host/fault"
)

// subjectMax is the longest subject that a provider may give, in bytes.
const subjectMax = 255

var (
	errOtherIssuer  = errors.New("the answer names another issuer")
	errNoCode       = errors.New("the answer has no code")
	errNoToken      = errors.New("the provider's answer has no ID token")
	errOtherNonce   = errors.New("the ID token has another nonce")
	errOtherParty   = errors.New("the ID token was made for another client")
	errSubject      = errors.New("the ID token's subject is empty or too long")
	errOtherSubject = errors.New("the userinfo is of another subject")
)

// failed is the error of an answer that does not hold.
func failed(err error) error {
	return fault.Wrap(err, fault.Gateway, "oidc_failed", "single sign-on failed: the provider's answer does not hold; the host's log has the cause")
}

// refusal is the error of an answer that says no.
func refusal(a Answer) error {
	cause := fmt.Errorf("the provider answered %q: %q", a.Error, a.Description)
	if a.Error == "access_denied" {
		return fault.Wrap(cause, fault.Forbidden, "oidc_denied", "the single sign-on provider did not let you in, or you broke off")
	}
	return failed(cause)
}

// exchange trades the code for an ID token and reads who it is about.
func (c *Client) exchange(ctx context.Context, a Attempt, code string) (host.External, error) {
	p, err := c.provider(ctx)
	if err != nil {
		return host.External{}, err
	}
	ctx = oidc.ClientContext(ctx, c.http)
	token, err := c.oauth(p, a.Redirect).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return host.External{}, failed(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return host.External{}, failed(errNoToken)
	}
	claims, err := c.verify(ctx, p, a, raw)
	if err != nil {
		return host.External{}, failed(err)
	}
	if err := claims.complete(ctx, p, c.o.GroupsClaim, oauth2.StaticTokenSource(token)); err != nil {
		return host.External{}, failed(err)
	}
	return c.person(claims), nil
}

// verify holds the ID token to the provider, to this client and to the attempt.
func (c *Client) verify(ctx context.Context, p *provider, a Attempt, raw string) (claims, error) {
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	var all claims
	if err := id.Claims(&all); err != nil {
		return nil, err
	}
	switch party := all.text("azp"); {
	case id.Nonce != a.Nonce:
		return nil, errOtherNonce
	case party != "" && party != c.o.ClientID, party == "" && len(id.Audience) > 1:
		return nil, errOtherParty
	case id.Subject == "" || len(id.Subject) > subjectMax:
		return nil, errSubject
	}
	return all, nil
}

// person is who the claims are about.
func (c *Client) person(all claims) host.External {
	who := host.External{ExternalID: host.ExternalID{Issuer: c.o.Issuer, Subject: all.text("sub")}}
	names := []string{all.text("preferred_username")}
	if v := string(all["email_verified"]); v != "false" && v != `"false"` {
		names = append(names, all.text("email"))
	}
	for _, name := range append(names, who.Subject) {
		if name != "" {
			who.Names = append(who.Names, name)
		}
	}
	if rule, ok := c.o.Groups.Match(all.texts(c.o.GroupsClaim)); ok {
		who.Role, who.Profile = rule.Role, rule.Profile
	}
	return who
}

// claims are what the provider says of a person.
type claims map[string]json.RawMessage

// complete asks for what the ID token does not say: many providers tell groups and names only there.
func (all claims) complete(ctx context.Context, p *provider, groups string, token oauth2.TokenSource) error {
	if (all[groups] != nil && all["preferred_username"] != nil) || p.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := p.UserInfo(ctx, token)
	if err != nil {
		return fmt.Errorf("userinfo: %w", err)
	}
	if info.Subject != all.text("sub") {
		return errOtherSubject
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return fmt.Errorf("userinfo: %w", err)
	}
	for _, name := range []string{groups, "preferred_username", "email", "email_verified"} {
		if all[name] == nil && more[name] != nil {
			all[name] = more[name]
		}
	}
	return nil
}

// text is a claim that is a text, else "".
func (all claims) text(name string) string {
	var text string
	if json.Unmarshal(all[name], &text) != nil {
		return ""
	}
	return text
}

// texts is a claim that is a list of texts, or one.
func (all claims) texts(name string) []string {
	var list []string
	if json.Unmarshal(all[name], &list) == nil {
		return list
	}
	if one := all.text(name); one != "" {
		return []string{one}
	}
	return nil
}
