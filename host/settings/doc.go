// Package settings holds a plugin's settings against its JSON Schema (draft 2020-12).
//
// [Compile] reads the schema, which came with a plugin and is not trusted: it is bounded so that no schema can make a
// validation long, and it never loads another document. [Schema.Apply] takes what a person sent, apart into
// plain values and sealed secrets; [Schema.Show] puts them together for people, without the secrets,
// and [Schema.Deliver] for the plugin, with secrets and defaults.
//
// A secret is a property marked writeOnly, at any depth of nested objects. The package starts no goroutine,
// stores nothing, and knows no keys: sealing and opening are handed in.
package settings
