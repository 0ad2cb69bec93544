package doctor

import (
	"maps"
	"slices"
)

// Code names a kind of finding. docs/doctor.md lists all of them.
type Code string

// The codes, by area.
const (
	AuditOK     Code = "audit_ok"
	AuditBroken Code = "audit_broken"

	BackupOK   Code = "backup_ok"
	BackupNone Code = "backup_none"

	CertificateOK         Code = "certificate_ok"
	CertificateNone       Code = "certificate_none"
	CertificateExpired    Code = "certificate_expired"
	CertificateExpiring   Code = "certificate_expiring"
	CertificateEarly      Code = "certificate_early"
	CertificateName       Code = "certificate_name"
	CertificateUnreadable Code = "certificate_unreadable"
	CertificateKeyOpen    Code = "certificate_key_open"
	CertificateWaiting    Code = "certificate_waiting"

	ClockOK      Code = "clock_ok"
	ClockWrong   Code = "clock_wrong"
	ClockJumped  Code = "clock_jumped"
	ClockBehind  Code = "clock_behind"
	ClockUnknown Code = "clock_unknown"

	ConfigOK         Code = "config_ok"
	ConfigUnreadable Code = "config_unreadable"
	ConfigInvalid    Code = "config_invalid"
	ConfigUnknown    Code = "config_unknown"

	DataOK         Code = "data_ok"
	DataMissing    Code = "data_missing"
	DataNoFolder   Code = "data_no_folder"
	DataUnusable   Code = "data_unusable"
	DataOpen       Code = "data_open"
	DataOwner      Code = "data_owner"
	DataFileOpen   Code = "data_file_open"
	DataOrphan     Code = "data_orphan"
	DataFilesystem Code = "data_filesystem"

	RestoreUnfinished Code = "restore_unfinished"

	DatabaseOK      Code = "database_ok"
	DatabaseInUse   Code = "database_in_use"
	DatabaseNone    Code = "database_none"
	DatabaseGone    Code = "database_gone"
	DatabaseUnread  Code = "database_unread"
	DatabaseDamaged Code = "database_damaged"
	DatabaseFailed  Code = "database_failed"

	DiskOK      Code = "disk_ok"
	DiskLow     Code = "disk_low"
	DiskFull    Code = "disk_full"
	DiskUnknown Code = "disk_unknown"

	CheckFailed  Code = "check_failed"
	CheckTimeout Code = "check_timeout"

	HostOK          Code = "host_ok"
	HostUnreachable Code = "host_unreachable"

	JobsOK   Code = "jobs_ok"
	JobStuck Code = "job_stuck"

	LimitsOK    Code = "limits_ok"
	LimitsFiles Code = "limits_files"

	NetworkOK          Code = "network_ok"
	NetworkUnreachable Code = "network_unreachable"

	PluginsOK           Code = "plugins_ok"
	PluginFailed        Code = "plugin_failed"
	PluginCrashing      Code = "plugin_crashing"
	PluginRefused       Code = "plugin_refused"
	PluginWallMissing   Code = "plugin_wall_missing"
	PluginFilesChanged  Code = "plugin_files_changed"
	PluginSettings      Code = "plugin_settings"
	PluginSecretMissing Code = "plugin_secret_missing"
	PluginRuntime       Code = "plugin_runtime"
	PluginDataFull      Code = "plugin_data_full"
	PluginSignature     Code = "plugin_signature"
	PluginTrial         Code = "plugin_trial"
	PluginRolledBack    Code = "plugin_rolled_back"
	PluginRestoring     Code = "plugin_restoring"

	PortOK      Code = "port_ok"
	PortHost    Code = "port_host"
	PortTaken   Code = "port_taken"
	PortRefused Code = "port_refused"

	RuntimeOK      Code = "runtime_ok"
	RuntimeMissing Code = "runtime_missing"
	NPMMissing     Code = "npm_missing"

	SecretsOK        Code = "secrets_ok"
	SecretsWaiting   Code = "secrets_waiting"
	SecretsOnDisk    Code = "secrets_on_disk"
	SecretKeyGone    Code = "secret_key_gone"
	SecretKeyOpen    Code = "secret_key_open"
	SecretKeyInvalid Code = "secret_key_invalid"
	SecretKeyMissing Code = "secret_key_missing"

	WallsOK      Code = "walls_ok"
	WallPartial  Code = "wall_partial"
	WallNone     Code = "wall_none"
	WallRequired Code = "wall_required"
)

// areas tells which codes there are in which area.
var areas = map[string][]Code{
	"audit":  {AuditOK, AuditBroken},
	"backup": {BackupOK, BackupNone},
	"certificates": {CertificateOK, CertificateNone, CertificateExpired, CertificateExpiring, CertificateEarly, CertificateName,
		CertificateUnreadable, CertificateKeyOpen, CertificateWaiting},
	"clock":         {ClockOK, ClockWrong, ClockJumped, ClockBehind, ClockUnknown},
	"configuration": {ConfigOK, ConfigUnreadable, ConfigInvalid, ConfigUnknown},
	"data":          {DataOK, DataMissing, DataNoFolder, DataUnusable, DataOpen, DataOwner, DataFileOpen, DataOrphan, DataFilesystem, RestoreUnfinished},
	"database":      {DatabaseOK, DatabaseInUse, DatabaseNone, DatabaseGone, DatabaseUnread, DatabaseDamaged, DatabaseFailed},
	"disk":          {DiskOK, DiskLow, DiskFull, DiskUnknown},
	"doctor":        {CheckFailed, CheckTimeout},
	"host":          {HostOK, HostUnreachable},
	"jobs":          {JobsOK, JobStuck},
	"limits":        {LimitsOK, LimitsFiles},
	"network":       {NetworkOK, NetworkUnreachable},
	"plugins": {PluginsOK, PluginFailed, PluginCrashing, PluginRefused, PluginWallMissing, PluginFilesChanged, PluginSettings,
		PluginSecretMissing, PluginRuntime, PluginDataFull, PluginSignature, PluginTrial, PluginRolledBack, PluginRestoring},
	"ports":    {PortOK, PortHost, PortTaken, PortRefused},
	"runtimes": {RuntimeOK, RuntimeMissing, NPMMissing},
	"secrets": {SecretsOK, SecretsWaiting, SecretsOnDisk, SecretKeyGone, SecretKeyOpen, SecretKeyInvalid,
		SecretKeyMissing},
	"walls": {WallsOK, WallPartial, WallNone, WallRequired},
}

// Codes are all codes there are, by area.
func Codes() []Code {
	var all []Code
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		all = append(all, areas[area]...)
	}
	return all
}

// Area is the part of the installation that the code is about, "" for a code that there is not.
func (c Code) Area() string {
	for area, codes := range areas {
		if slices.Contains(codes, c) {
			return area
		}
	}
	return ""
}
