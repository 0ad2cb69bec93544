package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v10"
	"github.com/joho/godotenv"

	"appzone/api"
	"appzone/api/sso"
)

// config is what serve reads from the environment and from .env in the working folder, which does not
// override the environment. Each variable is described in .env.example and in the README.
type config struct {
	Addr           string   `env:"XC_ADDR" envDefault:"localhost:8080"`
	DataDir        string   `env:"XC_DATA_DIR" envDefault:"./data"`
	PublicURL      string   `env:"XC_PUBLIC_URL"`
	TrustedProxies prefixes `env:"XC_TRUSTED_PROXIES"`

	AppsDomain string    `env:"XC_APPS_DOMAIN"`
	AppsPorts  portRange `env:"XC_APPS_PORTS"`

	AdminPassword     string `env:"XC_ADMIN_PASSWORD"`
	AdminPasswordFile string `env:"XC_ADMIN_PASSWORD_FILE"`
	SecretKey         string `env:"XC_SECRET_KEY"`
	SecretKeyFile     string `env:"XC_SECRET_KEY_FILE"`

	PluginRestart      lenientBool `env:"XC_PLUGIN_RESTART" envDefault:"false"`
	PluginRestartDelay uint32      `env:"XC_PLUGIN_RESTART_DELAY" envDefault:"300"`
	MaxUploadMB        int64       `env:"XC_MAX_UPLOAD_MB" envDefault:"50"`

	VersionsKept  int         `env:"XC_VERSIONS_KEPT" envDefault:"5"`
	UpgradeTrial  uint32      `env:"XC_UPGRADE_TRIAL" envDefault:"120"`
	RequireSigned lenientBool `env:"XC_REQUIRE_SIGNATURE" envDefault:"false"`
	RequireWalls  wallNames   `env:"XC_REQUIRE_WALLS"`

	NodePath    string `env:"XC_NODE_PATH"`
	NPMRegistry string `env:"XC_NPM_REGISTRY"`
	HTTPProxy   string `env:"XC_HTTP_PROXY"`
	CAFile      string `env:"XC_CA_FILE"`

	OIDCIssuer           string       `env:"XC_OIDC_ISSUER"`
	OIDCClientID         string       `env:"XC_OIDC_CLIENT_ID"`
	OIDCClientSecret     string       `env:"XC_OIDC_CLIENT_SECRET"`
	OIDCClientSecretFile string       `env:"XC_OIDC_CLIENT_SECRET_FILE"`
	OIDCGroupMap         sso.GroupMap `env:"XC_OIDC_GROUP_MAP"`
	OIDCGroupsClaim      string       `env:"XC_OIDC_GROUPS_CLAIM" envDefault:"groups"`
	OIDCScopes           string       `env:"XC_OIDC_SCOPES"`

	TLSCert              string      `env:"XC_TLS_CERT"`
	TLSKey               string      `env:"XC_TLS_KEY"`
	TLSAutocert          publicNames `env:"XC_TLS_AUTOCERT"`
	TLSAutocertEmail     string      `env:"XC_TLS_AUTOCERT_EMAIL"`
	TLSAutocertDirectory string      `env:"XC_TLS_AUTOCERT_DIRECTORY"`

	LogLevel  string `env:"XC_LOG_LEVEL" envDefault:"info"`
	LogFormat string `env:"XC_LOG_FORMAT"`
}

// uploadMBMax is the largest limit that can be set; zips are read from a file and files are stored in pieces, but more than
// this is no plugin.
const uploadMBMax = 4096

// versionsKeptMax bounds what one plugin keeps on the disk.
const versionsKeptMax = 1000

// loadConfig reads and checks the configuration.
func loadConfig() (config, error) {
	c, wrong := readConfig()
	switch len(wrong) {
	case 0:
		return c, nil
	case 1:
		return c, wrong[0]
	}
	text := make([]string, 0, len(wrong))
	for _, err := range wrong {
		text = append(text, err.Error())
	}
	return c, errors.New(strings.Join(text, "; "))
}

// readConfig reads the configuration as far as it can be read, and says all that is wrong with it.
func readConfig() (c config, wrong []error) {
	if err := godotenv.Load(); err != nil && !errors.Is(err, os.ErrNotExist) {
		wrong = append(wrong, fmt.Errorf(".env: %w", err))
	}
	if err := env.Parse(&c); err != nil {
		wrong = append(wrong, configErrors(err)...)
	}
	for _, secret := range []struct {
		name        string
		value, file *string
	}{
		{"XC_ADMIN_PASSWORD", &c.AdminPassword, &c.AdminPasswordFile},
		{"XC_SECRET_KEY", &c.SecretKey, &c.SecretKeyFile},
		{"XC_OIDC_CLIENT_SECRET", &c.OIDCClientSecret, &c.OIDCClientSecretFile},
	} {
		if err := readSecret(secret.name, secret.value, *secret.file); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return c, wrong // what follows would complain of the same
	}
	return c, c.check()
}

// check says all that is wrong with what was read, and fills in what follows from it.
func (c *config) check() (wrong []error) {
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	host, _, err := net.SplitHostPort(c.Addr)
	refuse(err != nil, "XC_ADDR is %q and must be host:port, such as localhost:8080", c.Addr)
	refuse(c.MaxUploadMB < 1 || c.MaxUploadMB > uploadMBMax, "XC_MAX_UPLOAD_MB is %d and must be 1 to %d", c.MaxUploadMB, uploadMBMax)
	refuse(c.UpgradeTrial < 1, "XC_UPGRADE_TRIAL is %d and must be at least 1: within no time no version gets ready", c.UpgradeTrial)
	refuse(c.VersionsKept < 1 || c.VersionsKept > versionsKeptMax, "XC_VERSIONS_KEPT is %d and must be 1 to %d", c.VersionsKept, versionsKeptMax)
	refuse((c.TLSCert == "") != (c.TLSKey == ""), "XC_TLS_CERT and XC_TLS_KEY belong together: set both or none")
	refuse(c.TLSCert != "" && len(c.TLSAutocert) > 0,
		"XC_TLS_AUTOCERT and XC_TLS_CERT are both set: a certificate comes from files or from an authority; set one of them")
	refuse(c.TLSAutocertDirectory != "" && !isSecureURL(c.TLSAutocertDirectory), "XC_TLS_AUTOCERT_DIRECTORY must be the https URL of an ACME directory")
	// The system's, which is not expanded by the library: a password in it may have a dollar sign.
	c.HTTPProxy = first(c.HTTPProxy, os.Getenv("HTTPS_PROXY"), os.Getenv("https_proxy"))
	if _, err := c.proxy(); err != nil {
		wrong = append(wrong, err)
	}
	if c.PublicURL == "" && err != nil {
		return wrong
	}
	if c.PublicURL == "" {
		c.PublicURL = c.defaultURL(host)
	}
	origin, err := api.ParseOrigin(c.PublicURL)
	if err != nil {
		return append(wrong, fmt.Errorf("XC_PUBLIC_URL: %w", err))
	}
	c.PublicURL = origin.String() // in its one form, which identity tokens name
	for _, check := range []func() error{c.checkApps, c.checkOIDC} {
		if err := check(); err != nil {
			wrong = append(wrong, err)
		}
	}
	return wrong
}

// defaultURL is the public URL that follows from the first public name, else from XC_ADDR.
func (c *config) defaultURL(host string) string {
	if len(c.TLSAutocert) > 0 {
		return "https://" + c.TLSAutocert[0] // at port 443, where the authority must find it
	}
	_, port, _ := net.SplitHostPort(c.Addr)
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	scheme := "http"
	if c.tls() {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// proxy is XC_HTTP_PROXY, nil for none. A URL may hold a password, which an error must not repeat.
func (c *config) proxy() (*url.URL, error) {
	if c.HTTPProxy == "" {
		return nil, nil
	}
	u, err := url.Parse(c.HTTPProxy)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, errors.New("XC_HTTP_PROXY must be the URL of an HTTP proxy, such as http://proxy.example.org:3128")
	}
	return u, nil
}

func (c *config) tls() bool { return c.TLSCert != "" || len(c.TLSAutocert) > 0 }

func isSecureURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Hostname() != ""
}

// restartDelay is at least a tick: the documented 0 seconds are no "use the default".
func (c *config) restartDelay() time.Duration {
	return max(time.Nanosecond, time.Duration(c.PluginRestartDelay)*time.Second)
}

// readSecret takes a secret from a file, if one is named: an environment shows in more places than a file.
func readSecret(name string, value *string, file string) error {
	if file == "" {
		return nil
	}
	if *value != "" {
		return fmt.Errorf("%s and %s_FILE are both set; set one of them", name, name)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s_FILE: %w", name, err)
	}
	if *value = strings.TrimRight(string(b), "\r\n"); *value == "" {
		return fmt.Errorf("%s_FILE: %s is empty", name, file)
	}
	return nil
}

// configErrors name the variables whose values are wrong.
func configErrors(err error) []error {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return []error{err}
	}
	out := make([]error, 0, len(all.Errors))
	for _, e := range all.Errors {
		var wrong env.ParseError
		if errors.As(e, &wrong) {
			if field, ok := reflect.TypeFor[config]().FieldByName(wrong.Name); ok {
				e = fmt.Errorf("%s: %w", field.Tag.Get("env"), plainError(wrong.Err))
			}
		}
		out = append(out, e)
	}
	return out
}

// plainError says in words what a number that is none is.
func plainError(err error) error {
	var number *strconv.NumError
	switch {
	case !errors.As(err, &number):
		return err
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is too large", number.Num)
	}
	return fmt.Errorf("%q is not a whole number from 0 up", number.Num)
}
