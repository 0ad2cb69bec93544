// Package signature tells who signed a plugin's files, and whether they are as they were signed.
//
// A signed plugin has three files more, in the folder ".appzone" beside its manifest: files.sha256, the canonical list of all its other
// files with their SHA-256 (the format of sha256sum, sorted by path), files.sha256.minisig, the minisign signature of that list, and
// publisher.pub, the minisign public key that it was made with. So sha256sum and minisign can check a plugin without this host.
//
// The package knows no store and does not decide whom to trust: it says what was signed, by which key, and whether that holds.
package signature
