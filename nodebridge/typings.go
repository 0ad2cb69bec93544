package nodebridge

import _ "embed"

//go:embed appzone.d.ts
var typings []byte

// Typings declares, for editors and TypeScript, the global that the preload gives a program: the file appzone.d.ts of a new project.
func Typings() []byte { return typings }
