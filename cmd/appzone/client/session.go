package client

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// Login opens a session, which the client then uses in place of a token. code is the second factor's, "" for none.
func (c *Client) Login(ctx context.Context, user, password, code string) error {
	c.token = ""
	answer, err := c.Do(ctx, Request{Method: "POST", Path: Path("session"), JSON: map[string]string{"username": user, "password": password, "code": code}})
	if err != nil {
		return err
	}
	for _, cookie := range (&http.Response{Header: answer.Header}).Cookies() {
		if strings.HasSuffix(cookie.Name, "appzone_session") {
			c.cookie = cookie.Name + "=" + cookie.Value
			return nil
		}
	}
	return errors.New("the host gave no session")
}

// Logout ends the session.
func (c *Client) Logout(ctx context.Context) error {
	_, err := c.Do(ctx, Request{Method: "DELETE", Path: Path("session")})
	c.cookie = ""
	return err
}
