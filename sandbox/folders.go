package sandbox

import (
	"fmt"
	"io"
	"os"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental/sysfs"

	"appzone/sandbox/rootfs"
)

// maxSettingsBytes bounds the settings file.
const maxSettingsBytes = 1 << 20

// folders are the guest's mounts.
type folders struct {
	app, data, temp *rootfs.FS
	quotas          []*rootfs.Quota
	settings        []byte // nil for none
	certificates    []byte // nil for none
}

func openFolders(o runOrder) (*folders, error) {
	f := &folders{quotas: []*rootfs.Quota{rootfs.NewQuota(o.DataBytes), rootfs.NewQuota(tempBytes)}}
	var err error
	if f.app, err = rootfs.ReadOnly(o.App); err != nil {
		return nil, err
	}
	if f.data, err = rootfs.Writable(o.Data, f.quotas[0]); err != nil {
		return nil, err
	}
	if f.temp, err = rootfs.Writable(o.Temp, f.quotas[1]); err != nil {
		return nil, err
	}
	if o.Settings != "" {
		if f.settings, err = readSettings(o.Settings); err != nil {
			return nil, err
		}
	}
	f.certificates, err = readCertificates(o.Certificates)
	return f, err
}

func readSettings(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSettingsBytes+1))
	if err == nil && len(b) > maxSettingsBytes {
		err = fmt.Errorf("the settings have more than %s", mebibytes(maxSettingsBytes))
	}
	return b, err
}

// config mounts the folders. wazero's own way to mount a folder would follow links out of it.
func (f *folders) config() wazero.FSConfig {
	c := wazero.NewFSConfig()
	mount := func(fs *rootfs.FS, at string) {
		c = c.(sysfs.FSConfig).WithSysFSMount(fs, at)
	}
	mount(f.app, guestApp)
	mount(f.data, guestData)
	mount(f.temp, guestTemp)
	if f.settings != nil {
		file := &sysfs.AdaptFS{FS: singleFile{name: settingsName, contents: f.settings}}
		c = c.(sysfs.FSConfig).WithSysFSMount(&sysfs.ReadFS{FS: file}, guestRun)
	}
	if f.certificates != nil {
		file := &sysfs.AdaptFS{FS: singleFile{name: certsName, contents: f.certificates}}
		c = c.(sysfs.FSConfig).WithSysFSMount(&sysfs.ReadFS{FS: file}, guestCerts)
	}
	return c
}

// noSpace says whether what just failed did so for lack of space.
func (f *folders) noSpace() bool {
	full := false
	for _, q := range f.quotas {
		full = q.TakeExceeded() || full
	}
	return full
}
