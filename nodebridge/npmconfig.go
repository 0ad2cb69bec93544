package nodebridge

// npmConfig is what npm is told about the network.
type npmConfig struct {
	registry string
	proxy    string
	caFile   string
}
