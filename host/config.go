package host

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"appzone/host/bundle"
	"appzone/host/doctor"
	"appzone/host/egress"
)

// Config is what a Host is made of. Zero durations and counts get the defaults below.
type Config struct {
	// DataDir holds everything that is not in the store: materialised code, private
	// plugin data, logs, temporary uploads.
	DataDir string
	Store   Store
	// Runtimes by the manifest's word for them.
	Runtimes []Runtime
	Logger   *slog.Logger
	// Samples holds one folder for each plugin that ships with the host.
	Samples fs.FS
	// Version is the host's own, which requires.appzone is held against; empty: nothing is.
	Version string
	// PublicURL is the console's own origin, "https://zone.example.org": no plugin's view may point there, and identity tokens name it
	// as their issuer.
	PublicURL string

	// MaxUploadBytes bounds a plugin's zip; default 50 MiB, as documented for the App Zone.
	MaxUploadBytes int64
	// Bundle bounds what a zip may hold.
	Bundle bundle.Limits

	// RestartPlugins lets plugins that ran before come back after the host's boot.
	RestartPlugins bool
	// RestartDelay is how long after boot they do; default 300 s, as documented for the App Zone.
	RestartDelay time.Duration
	// AdminPassword is the first administrator's; generated when empty.
	AdminPassword string
	// AnnouncePassword is called once with a generated first password.
	AnnouncePassword func(user, password string) error
	// PasswordChanged is called when a member's password is no longer what it was. The host waits for it, and it must not call the host.
	PasswordChanged func(user string)
	// SecretKey encrypts secrets at rest; empty: a generated file in DataDir.
	SecretKey string
	// Resolver looks up the names that plugins ask for; default: the system's.
	Resolver egress.Resolver
	// Outward makes the host's own requests, to receivers of webhooks; default: [egress.Outward] with Resolver and EgressProxy.
	Outward http.RoundTripper
	// EgressProxy is the HTTP proxy through which plugins reach public addresses; nil: directly.
	EgressProxy *url.URL
	// RequireWalls names the walls of [process.Wall] that must be enforced around a script, or it is not started.
	RequireWalls []string
	// RequireSignature refuses plugins that no trusted key signed: they are neither taken, installed, started nor served.
	RequireSignature bool
	// VersionsKept is how many versions of a plugin are kept beside the installed, the former and the waiting one; default 5.
	VersionsKept int
	// Trial is how long a version that was upgraded to must prove itself, from its first start on; default 2 minutes.
	Trial time.Duration
	// AuditKept is how many entries of the audit trail are kept; default 200 000.
	AuditKept int
	// Checks are further ones of [Host.Doctor]: of what only who runs the host knows.
	Checks []doctor.Check
	// Backoff governs restarts after a crash.
	Backoff Backoff
	// Hook, for tests, is called at the points of an operation at which a crash must do no harm.
	Hook func(point string)
}

// Backoff governs when a plugin that crashed is started again.
type Backoff struct {
	// First is the delay after the first crash, doubled for each further one; default 500 ms.
	First time.Duration
	// Max bounds the delay; default 60 s.
	Max time.Duration
	// Budget is how many recent crashes are forgiven before the plugin is failed; default 5.
	Budget float64
	// HalfLife is the time in which a crash's weight halves; default 60 s.
	HalfLife time.Duration
	// Stable is how long an instance must run to reset the delay; default 30 s.
	Stable time.Duration
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.MaxUploadBytes == 0 {
		c.MaxUploadBytes = 50 << 20
	}
	if c.Outward == nil {
		c.Outward = egress.NewOutward(egress.OutwardOptions{Resolver: c.Resolver, Proxy: c.EgressProxy})
	}
	if c.AuditKept <= 0 {
		c.AuditKept = 200_000
	}
	if c.VersionsKept <= 0 {
		c.VersionsKept = 5
	}
	if c.Bundle == (bundle.Limits{}) {
		c.Bundle = bundle.DefaultLimits()
	}
	def(&c.RestartDelay, 300*time.Second)
	def(&c.Trial, 2*time.Minute)
	def(&c.Backoff.First, 500*time.Millisecond)
	def(&c.Backoff.Max, time.Minute)
	def(&c.Backoff.HalfLife, time.Minute)
	def(&c.Backoff.Stable, 30*time.Second)
	if c.Backoff.Budget == 0 {
		c.Backoff.Budget = 5
	}
	return c
}
