package crashtest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
)

// people is the state of a member, of a plugin that the member may be given, of a token and of a session.
type people struct {
	// Plugin tells whether there is the plugin, Given whether the member has it.
	Plugin, Given bool
	// Role is the member's; "" is no member.
	Role string
	// Token and Session are the harness's names of them; "" is none.
	Token, Session string
}

const givenPlugin, member, memberPassword = "given", "somebody", "the password of somebody"

func newPeople() *worker[people] {
	w := &peopleWorker{secrets: map[string]token{}, cookies: map[string]string{}, refused: map[string]int{}}
	return &worker[people]{name: "people", choose: w.choose, compare: w.compare}
}

type token struct{ ID, Token string }

type peopleWorker struct {
	number int
	// secrets are those of tokens by name. One whose creation got no answer is not among them.
	secrets map[string]token
	// cookies are those of sessions by name.
	cookies map[string]string
	// refused is how often the host refused one that was ended, by name.
	refused map[string]int
}

func (w *peopleWorker) choose(r *rand.Rand, s people) operation[people] {
	if s.Token != "" && w.secrets[s.Token].Token == "" {
		return w.revoke(s) // made, and never told
	}
	for {
		switch r.IntN(8) {
		case 0:
			if !s.Plugin {
				return w.upload(s)
			}
		case 1:
			if s.Plugin {
				return w.remove(s)
			}
		case 2:
			if s.Role == "" {
				return w.create(s)
			}
		case 3:
			if s.Role != "" && r.IntN(3) == 0 {
				return w.dismiss(s)
			}
		case 4, 5:
			if s.Role != "" {
				return w.change(s, r.IntN(2) == 0)
			}
		case 6:
			if s.Token == "" {
				return w.issue(s)
			}
			return w.revoke(s)
		case 7:
			if s.Session == "" {
				return w.logIn(s)
			}
			return w.logOut(s)
		}
	}
}

func (w *peopleWorker) upload(s people) operation[people] {
	op := operation[people]{name: "upload", audit: "plugin.uploaded " + givenPlugin, after: s, do: func(c *client) answer {
		return c.do(http.MethodPost, "/api/v1/plugins", pack(pluginFiles(kindHTML, givenPlugin, "1.0.0")))
	}}
	op.after.Plugin = true
	return op
}

// remove takes the plugin from the member, too.
func (w *peopleWorker) remove(s people) operation[people] {
	op := operation[people]{name: "remove", audit: "plugin.removed " + givenPlugin, after: s, do: func(c *client) answer {
		return c.do(http.MethodDelete, "/api/v1/plugins/"+givenPlugin, nil)
	}}
	op.after.Plugin, op.after.Given = false, false
	return op
}

func pluginsOf(given bool) []string {
	if given {
		return []string{givenPlugin}
	}
	return []string{}
}

func (w *peopleWorker) create(s people) operation[people] {
	op := operation[people]{name: "create member", audit: "member.created " + member, after: s}
	op.after.Role, op.after.Given = "agent", s.Plugin
	op.do = func(c *client) answer {
		return c.do(http.MethodPost, "/api/v1/staff", map[string]any{"username": member, "password": memberPassword, "role": "agent", "plugins": pluginsOf(s.Plugin)})
	}
	return op
}

func (w *peopleWorker) dismiss(s people) operation[people] {
	op := operation[people]{name: "delete member", audit: "member.deleted " + member, after: s,
		do: func(c *client) answer { return c.do(http.MethodDelete, "/api/v1/staff/"+member, nil) }}
	op.after.Role, op.after.Given = "", false
	return op
}

// change gives the member another role, or gives or takes the plugin.
func (w *peopleWorker) change(s people, role bool) operation[people] {
	op := operation[people]{audit: "member.edited " + member, after: s}
	var patch map[string]any
	switch {
	case role && s.Role == "agent":
		op.after.Role = "user"
		patch = map[string]any{"role": "user"}
	case role || !s.Plugin:
		op.after.Role = map[string]string{"agent": "user", "user": "agent"}[s.Role]
		patch = map[string]any{"role": op.after.Role}
	default:
		op.after.Given = !s.Given
		patch = map[string]any{"plugins": pluginsOf(op.after.Given)}
	}
	op.name = fmt.Sprint("change member ", patch)
	op.do = func(c *client) answer { return c.do(http.MethodPatch, "/api/v1/staff/"+member, patch) }
	return op
}

func (w *peopleWorker) issue(s people) operation[people] {
	w.number++
	op := operation[people]{name: "create token", audit: "token.created", after: s}
	op.after.Token = fmt.Sprintf("token %d", w.number)
	op.do = func(c *client) answer {
		a := c.do(http.MethodPost, "/api/v1/tokens", map[string]any{"name": op.after.Token, "scopes": []string{"plugins:read"}})
		var made token
		if a.ok() && a.json(&made) == nil {
			w.secrets[op.after.Token] = made
		}
		return a
	}
	return op
}

func (w *peopleWorker) revoke(s people) operation[people] {
	op := operation[people]{name: "delete " + s.Token, audit: "token.deleted", after: s}
	op.after.Token = ""
	op.do = func(c *client) answer {
		id := w.secrets[s.Token].ID
		if id == "" {
			list, _ := w.tokens(c)
			id = list[s.Token]
		}
		return c.do(http.MethodDelete, "/api/v1/tokens/"+id, nil)
	}
	return op
}

// tokens are the ids of the tokens by name.
func (w *peopleWorker) tokens(c *client) (map[string]string, error) {
	var list struct{ Items []struct{ ID, Name string } }
	a := c.get("/api/v1/tokens?limit=500")
	if err := a.json(&list); err != nil || !a.ok() {
		return nil, fmt.Errorf("tokens: %s", a)
	}
	names := map[string]string{}
	for _, t := range list.Items {
		names[t.Name] = t.ID
	}
	return names, nil
}

func (w *peopleWorker) logIn(s people) operation[people] {
	w.number++
	op := operation[people]{name: "log in", audit: "session.opened admin", after: s}
	op.after.Session = fmt.Sprintf("session %d", w.number)
	op.do = func(c *client) answer {
		cookie, a := c.logIn("admin", adminPassword)
		if a.ok() {
			w.cookies[op.after.Session] = cookie
		}
		return a
	}
	return op
}

func (w *peopleWorker) logOut(s people) operation[people] {
	op := operation[people]{name: "log out", audit: "session.closed admin", after: s}
	op.after.Session = ""
	op.do = func(c *client) answer {
		return c.anonymous().do(http.MethodDelete, "/api/v1/session", nil, "Cookie", w.cookies[s.Session], "Origin", c.url)
	}
	return op
}

// compare also finds every token and session that was ended without any right.
func (w *peopleWorker) compare(_ *zone, c *client, s people) error {
	if err := w.compareMember(c, s); err != nil {
		return err
	}
	names, err := w.tokens(c)
	if err != nil {
		return err
	}
	for name := range names {
		if name != s.Token && name != harnessToken {
			return fmt.Errorf("there is the token %q", name)
		}
	}
	if names[s.Token] == "" && s.Token != "" {
		return fmt.Errorf("there is no token %q", s.Token)
	}
	for name, secret := range w.secrets {
		a := (&client{url: c.url, http: c.http, token: secret.Token}).get("/api/v1/me")
		if a.ok() != (name == s.Token) {
			return fmt.Errorf("with %s: %s", name, a)
		}
		if !a.ok() && w.often(name) {
			delete(w.secrets, name)
		}
	}
	if s.Session != "" && w.cookies[s.Session] == "" {
		return errors.New("a session whose cookie was not told is of no use")
	}
	for name, cookie := range w.cookies {
		a := c.anonymous().do(http.MethodGet, "/api/v1/me", nil, "Cookie", cookie)
		if a.ok() != (name == s.Session) {
			return fmt.Errorf("with %s: %s", name, a)
		}
		if !a.ok() && w.often(name) {
			delete(w.cookies, name)
		}
	}
	return nil
}

// often tells that a token or session was refused three times. Then it is not tried again, as the host answers strangers more and more slowly.
func (w *peopleWorker) often(name string) bool {
	w.refused[name]++
	return w.refused[name] >= 3
}

func (w *peopleWorker) compareMember(c *client, s people) error {
	if there := c.get("/api/v1/plugins/" + givenPlugin).ok(); there != s.Plugin {
		return fmt.Errorf("the plugin is there: %v", there)
	}
	var view struct {
		Role    string
		Plugins []string
	}
	a := c.get("/api/v1/staff/" + member)
	if a.status != http.StatusNotFound {
		if err := a.json(&view); err != nil || !a.ok() {
			return fmt.Errorf("member: %s", a)
		}
	}
	if view.Role != s.Role || slices.Contains(view.Plugins, givenPlugin) != s.Given {
		return fmt.Errorf("the member is %+v", view)
	}
	return nil
}
