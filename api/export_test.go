package api

// Document is the OpenAPI document as it is served.
func Document() ([]byte, error) {
	d, err := loadDocument("test")
	if err != nil {
		return nil, err
	}
	return d.json, nil
}
