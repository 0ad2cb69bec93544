package host

import (
	"encoding/json"
	"errors"

	"appzone/host/audit"
)

// table is one kind of record: its name in the store and its Go type.
type table[T any] string

// The tables of the store. A new noun gets a new line here.
const (
	tablePlugins      = table[Plugin]("plugins")            // by plugin id
	tableVersions     = table[Version]("versions")          // by versionKey
	tableSettings     = table[Settings]("settings")         // by plugin id
	tableUses         = table[networkUses]("uses")          // by plugin id
	tableJobs         = table[Job]("jobs")                  // by job id, which sorts by time
	tableEvents       = table[Event]("events")              // by eventKey, which sorts by time
	tableMembers      = table[memberRecord]("members")      // by user name
	tableProfiles     = table[Profile]("profiles")          // by profile id
	tableGiven        = table[struct{}]("given")            // by givenKey: the plugins of members and profiles
	tableSessions     = table[Session]("sessions")          // by SHA-256 of the cookie
	tableTokens       = table[tokenRecord]("tokens")        // by token id
	tableAudit        = table[audit.Entry]("audit")         // by auditKey, which sorts by time
	tableReplies      = table[Reply]("replies")             // by SHA-256 of who, route and idempotency key
	tableFormer       = table[Former]("former")             // by plugin id
	tableTrustedKeys  = table[TrustedKey]("trusted-keys")   // by key id
	tableWebhooks     = table[webhookRecord]("webhooks")    // by webhook id, which sorts by time
	tableDeliveries   = table[webhookState]("deliveries")   // by webhook id
	tableIdentityKeys = table[identityKey]("identity-keys") // by key id, which sorts by time
)

// backupTables are the tables that a backup holds. What is of no use to a host that comes back is left out: sessions, answers to repeated requests, jobs,
// events, and how far webhooks are with those.
var backupTables = []string{string(tablePlugins), string(tableVersions), string(tableSettings), string(tableUses), string(tableMembers), string(tableProfiles),
	string(tableGiven), string(tableTokens), string(tableAudit), string(tableFormer), string(tableTrustedKeys), string(tableIdentityKeys), string(tableWebhooks)}

// tableAuditText is tableAudit as it is written.
const tableAuditText = table[json.RawMessage](tableAudit)

// tableVersionRefs is tableVersions for lists, which read of many versions what they are called.
const tableVersionRefs = table[VersionRef](tableVersions)

func (t table[T]) get(r Reader, key string) (T, error) {
	var v T
	err := r.Get(string(t), key, &v)
	return v, err
}

// find is get with a missing record as a plain false.
func (t table[T]) find(r Reader, key string) (T, bool, error) {
	v, err := t.get(r, key)
	if errors.Is(err, ErrNoRecord) {
		return v, false, nil
	}
	return v, err == nil, err
}

func (t table[T]) put(w Writer, key string, v T) error { return w.Put(string(t), key, v) }

func (t table[T]) delete(w Writer, key string) error { return w.Delete(string(t), key) }

// each calls fn for every record whose key starts with prefix and follows after.
func (t table[T]) each(r Reader, prefix, after string, fn func(key string, v T) (bool, error)) error {
	return r.Scan(string(t), prefix, after, t.decoding(fn))
}

// eachBack is each from the newest key down.
func (t table[T]) eachBack(r Reader, prefix, before string, fn func(key string, v T) (bool, error)) error {
	return r.ScanBack(string(t), prefix, before, t.decoding(fn))
}

func (t table[T]) decoding(fn func(string, T) (bool, error)) func(string, func(any) error) (bool, error) {
	return func(key string, decode func(any) error) (bool, error) {
		var v T
		if err := decode(&v); err != nil {
			return false, err
		}
		return fn(key, v)
	}
}
