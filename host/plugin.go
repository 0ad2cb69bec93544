package host

import (
	"time"

	"appzone/host/manifest"
	"appzone/host/signature"
)

// Stage is how far a plugin has come on its way in.
type Stage string

// The stages.
const (
	StageUploaded   Stage = "uploaded"
	StageInstalling Stage = "installing"
	StageInstalled  Stage = "installed"
)

// Plugin is the record of one plugin. It changes only inside Store.Update.
type Plugin struct {
	ID string `json:"id"`
	// Name is the manifest's; another name with the same id is refused.
	Name string `json:"name"`
	// Installed is the digest of the version in use, or "".
	Installed Digest `json:"installed,omitempty"`
	// Candidate is the digest of the version that was uploaded last and is not installed, or "".
	Candidate Digest `json:"candidate,omitempty"`
	// Desired is what somebody asked the supervisor for.
	Desired Desired `json:"desired"`
	// Edits override the manifest.
	Edits Edits `json:"edits,omitzero"`
	// Grants is what was agreed to, nil before the first installation.
	Grants *Grants `json:"grants,omitempty"`
	// Publisher is the key (in minisign's base64 form) that its installed versions are signed with, since the first signed one; "" before.
	Publisher string `json:"publisher,omitempty"`
	// Trial says that the installed version has still to prove itself: if it does not, the host goes back to [Former] by itself.
	Trial bool `json:"trial,omitempty"`
	// Restoring names the snapshot that is being put back in the place of the data, "" for none. It is finished before the plugin starts.
	Restoring string `json:"restoring,omitempty"`
	// DataStale says that an uninstallation without its data was decided, and that the folders may still be there.
	DataStale bool `json:"dataStale,omitempty"`
	// UserNumber stands for the user id of its processes under a host that runs as root; see [process.PluginUser]. 0 until one is needed.
	UserNumber int `json:"userNumber,omitempty"`
	// PagePort is the port that its pages are on where plugins have ports; 0 until one is needed.
	PagePort int `json:"pagePort,omitempty"`
	// Revision counts changes; it is the plugin's ETag.
	Revision    uint64    `json:"revision"`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
	InstalledAt time.Time `json:"installedAt,omitzero"`
}

// Version is the record of one uploaded zip. It never changes after its upload, but for Prepared and PreparedIn, Index, Encoded and Fault.
type Version struct {
	Plugin string `json:"plugin"`
	// Version is the manifest's.
	Version string `json:"version"`
	// Digest is the SHA-256 of the zip.
	Digest   Digest             `json:"digest"`
	ZipBytes int64              `json:"zipBytes"`
	Manifest manifest.Manifest  `json:"manifest"`
	Warnings []manifest.Warning `json:"warnings,omitempty"`
	Findings []Finding          `json:"findings,omitempty"`
	// Inspection is what the runtime found.
	Inspection Inspection `json:"inspection,omitzero"`
	// Signature is what its files say of who signed them.
	Signature signature.Facts `json:"signature,omitzero"`
	// Fault is why the host went back from it by itself the last time; "" if it never did.
	Fault string `json:"fault,omitempty"`
	// Index is the blob with the []File of the version.
	Index Digest `json:"index"`
	// FileCount and FileBytes sum the files.
	FileCount int   `json:"fileCount"`
	FileBytes int64 `json:"fileBytes"`
	// Prepared is the blob with the []tree.Entry of what the runtime made, once installed.
	Prepared Digest `json:"prepared,omitempty"`
	// PreparedIn is the name of the folder that holds it, beside the code's.
	PreparedIn string `json:"preparedIn,omitempty"`
	// Encoded tells that brotli variants were made.
	Encoded    bool      `json:"encoded,omitempty"`
	UploadedAt time.Time `json:"uploadedAt"`
	UploadedBy string    `json:"uploadedBy"`
}

// versionKey orders a plugin's versions under its id.
func versionKey(id string, d Digest) string { return id + "/" + string(d) }

// Edits are what an administrator changed over the manifest. A nil field keeps the manifest's.
type Edits struct {
	Description *string           `json:"description,omitempty"`
	Sidebar     *string           `json:"sidebar,omitempty"`
	Icon        *string           `json:"icon,omitempty"`
	Views       *manifest.Views   `json:"views,omitempty"`
	Restart     *manifest.Restart `json:"restart,omitempty"`
	Limits      *manifest.Limits  `json:"limits,omitempty"`
}

// apply returns m with the edits over it.
func (e Edits) apply(m manifest.Manifest) manifest.Manifest {
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&m.Description, e.Description)
	set(&m.Sidebar, e.Sidebar)
	set(&m.Icon, e.Icon)
	if e.Views != nil {
		m.Parameters.Views = *e.Views
	}
	if e.Restart != nil {
		m.Parameters.Restart = *e.Restart
	}
	if e.Limits != nil {
		m.Parameters.Limits = *e.Limits
	}
	return m
}

// PluginView is what GET /plugins/{id} shows: the record, the installed or uploaded version, and the present state.
type PluginView struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Version     string          `json:"version"`
	Digest      Digest          `json:"digest"`
	Candidate   *CandidateView  `json:"candidate"`
	Description string          `json:"description"`
	Author      manifest.Author `json:"author"`
	Type        string          `json:"type"`
	Runtime     string          `json:"runtime"`
	Sidebar     string          `json:"sidebar"`
	Icon        string          `json:"icon"`
	Views       manifest.Views  `json:"views"`
	Active      bool            `json:"active"`
	Stage       Stage           `json:"stage"`
	Status
	// Trial tells that the installed version has still to prove itself; Former is what can be gone back to.
	Trial  bool        `json:"trial"`
	Former *FormerView `json:"former"`
	// Quarantine is why it is neither started nor served; nil where nothing bars it.
	Quarantine  *Quarantine           `json:"quarantine"`
	Signature   string                `json:"signature"`
	Publisher   *Publisher            `json:"publisher"` // whose signature holds; nil where none does
	Warnings    []manifest.Warning    `json:"warnings"`
	Permissions *manifest.Permissions `json:"permissions"`
	Grants      *Grants               `json:"grants"`
	Limits      manifest.Limits       `json:"limits"`
	Restart     manifest.Restart      `json:"restart"`
	Manifest    *manifest.Manifest    `json:"manifest"`
	CreatedAt   time.Time             `json:"createdAt"`
	UpdatedAt   time.Time             `json:"updatedAt"`
	InstalledAt *time.Time            `json:"installedAt"`
	Revision    uint64                `json:"-"`
}

// CandidateView is the uploaded version that waits for consent.
type CandidateView struct {
	Version      string `json:"version"`
	Digest       Digest `json:"digest"`
	NeedsConsent bool   `json:"needsConsent"`
}
