package quickjs

// EngineIn is what Engine does with the folder that is embedded.
var EngineIn = engineIn
