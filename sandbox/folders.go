package sandbox

import (
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental/sysfs"

	"appzone/sandbox/rootfs"
)

// folders are the guest's mounts.
type folders struct {
	app, data, temp *rootfs.FS
	quotas          []*rootfs.Quota
	settings        *settingsFile // nil for none
	certificates    []byte        // nil for none
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
		f.settings = &settingsFile{path: o.Settings}
		if _, _, err = f.settings.read(); err != nil {
			return nil, err
		}
	}
	f.certificates, err = readCertificates(o.Certificates)
	return f, err
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
		file := &sysfs.AdaptFS{FS: singleFile{name: settingsName, read: f.settings.read}}
		c = c.(sysfs.FSConfig).WithSysFSMount(&sysfs.ReadFS{FS: file}, guestRun)
	}
	if f.certificates != nil {
		file := &sysfs.AdaptFS{FS: singleFile{name: certsName, read: f.readCertificates}}
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

// readCertificates are what the guest trusts, as long as it runs.
func (f *folders) readCertificates() ([]byte, time.Time, error) {
	return f.certificates, time.Time{}, nil
}

// readSettings are the settings as they are now.
func (f *folders) readSettings() ([]byte, error) {
	if f.settings == nil {
		return []byte("{}"), nil
	}
	contents, _, err := f.settings.read()
	return contents, err
}
