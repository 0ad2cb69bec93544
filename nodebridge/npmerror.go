package nodebridge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"appzone/host/fault"
)

var (
	npmCodePattern    = regexp.MustCompile(`^npm (?:ERR!|error) (?:code|errno) ([A-Z][A-Z0-9_]+)`)
	npmMissingPattern = regexp.MustCompile(`^npm (?:ERR!|error) 404\s+.*'((?:@[^'@/]+/)?[^'@/]+)@[^']*'`)
	npmTargetPattern  = regexp.MustCompile(`^npm (?:ERR!|error) notarget No matching version found for (\S+?)\.?$`)
)

// unreachable are npm's words for a registry that does not answer.
var unreachable = []string{"ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH",
	"ERR_SOCKET_TIMEOUT", "ENOTCACHED", "EPROTO", "FETCH_ERROR", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
	"UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_HAS_EXPIRED"}

const bundleAdvice = "or bundle node_modules in the zip"

// npmFailure is what npm said when it failed.
type npmFailure struct {
	code    string // "E404"; empty when it said none
	subject string // the package that it is about, if it is about one
}

// note reads one line of npm's output.
func (f *npmFailure) note(line string) {
	if m := npmCodePattern.FindStringSubmatch(line); m != nil && f.code == "" {
		f.code = m[1]
	}
	for _, pattern := range []*regexp.Regexp{npmMissingPattern, npmTargetPattern} {
		if m := pattern.FindStringSubmatch(line); m != nil && f.subject == "" {
			f.subject = clip(m[1], nameMax)
		}
	}
}

// explain says what failed, why, and what to do. cause is how npm ended.
func (f *npmFailure) explain(cause string) error {
	kind, why := fault.Invalid, fmt.Sprintf("npm failed (%s); its output says why. Correct package.json, %s", strings.TrimSpace(f.code+" "+cause), bundleAdvice)
	switch {
	case slices.Contains(unreachable, f.code) || strings.HasPrefix(f.code, "E5"):
		kind = fault.Unavailable
		why = fmt.Sprintf("the package registry did not answer (%s): check the network, XC_NPM_REGISTRY and XC_HTTP_PROXY, %s", f.code, bundleAdvice)
	case f.code == "E404" && f.subject != "":
		why = fmt.Sprintf("the package %q does not exist in the registry: correct the name, %s", f.subject, bundleAdvice)
	case f.code == "ETARGET":
		why = fmt.Sprintf("no version of the package fits %q: correct package.json, %s", f.subject, bundleAdvice)
	case f.code == "E401" || f.code == "E403":
		kind = fault.Unavailable
		why = fmt.Sprintf("the package registry refused access (%s): check XC_NPM_REGISTRY, %s", f.code, bundleAdvice)
	case f.code == "EINTEGRITY":
		why = "a package is not what the lock file says: make the lock file anew from a registry that you trust"
	case f.code == "EUSAGE":
		why = "the lock file does not fit package.json: run npm install, and pack both again"
	case f.code == "ERESOLVE":
		why = fmt.Sprintf("the packages contradict each other in what they need; npm's output names them. Correct package.json, %s", bundleAdvice)
	}
	return fault.New(kind, "dependencies_failed", "dependencies were not installed: %s", why)
}
