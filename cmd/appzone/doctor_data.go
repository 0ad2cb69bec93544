package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"appzone/host/doctor"
	"appzone/host/fault"
	"appzone/host/secret"
	"appzone/store"
)

// configuration tells what is wrong with what serve would read.
func (x *examination) configuration(context.Context) ([]doctor.Finding, error) {
	var out []doctor.Finding
	wrong := x.wrong
	if _, err := newLogger(io.Discard, x.cfg.LogLevel, x.cfg.LogFormat); err != nil && len(wrong) == 0 {
		wrong = append(wrong, err)
	}
	const fix = "correct the variable in the environment or in .env in the working folder; .env.example describes all of them"
	for _, err := range wrong {
		if strings.HasPrefix(err.Error(), ".env: ") {
			out = append(out, doctor.ConfigUnreadable.Bad("the file .env cannot be read", err.Error(),
				"let the user of the host read .env in the working folder (chmod 600, chown), or correct the line that it names"))
			continue
		}
		out = append(out, doctor.ConfigInvalid.Bad("the configuration is not valid: serve does not start", err.Error(), fix))
	}
	for _, name := range unknownVariables(os.Environ()) {
		out = append(out, doctor.ConfigUnknown.Warn("the variable "+name+" is not known and does nothing", "it is mistyped, or of another version of App Zone",
			"compare it with .env.example, and correct or remove it"))
	}
	if len(out) == 0 {
		out = append(out, doctor.ConfigOK.Good("the configuration is valid", "the console is at "+x.cfg.PublicURL))
	}
	return out, nil
}

// database examines the files of a database that nobody has open.
func (x *examination) database(ctx context.Context) ([]doctor.Finding, error) {
	dir := filepath.Join(x.data, "store")
	i, err := store.Inspect(ctx, dir)
	x.served = i.InUse
	switch {
	case isMissing(err) || (err == nil && !i.InUse && i.Files == 0):
		if gone := checkLostDatabase(x.data); gone != nil {
			return []doctor.Finding{doctor.DatabaseGone.Bad("the database is gone", gone.Error(),
				"put the folder store back, or restore the last backup into an empty folder (appzone restore); to begin anew, move the data folder away")}, nil
		}
		return []doctor.Finding{doctor.DatabaseNone.Good("there is no database yet", "serve makes it in "+dir)}, nil
	case errors.Is(err, fs.ErrPermission):
		return []doctor.Finding{doctor.DatabaseUnread.Bad("the database cannot be read by this user", err.Error(),
			"run this command as the user of the host, or give the folder to that user: chown -R USER "+x.data)}, nil
	case fault.CodeOf(err) == "database_damaged":
		return []doctor.Finding{doctor.DatabaseDamaged.Bad("the database is damaged", fmt.Sprintf("in %s: %s", dir, err),
			"check the disk (journalctl -k, smartctl -a), keep a copy of the data folder, and restore the last backup into an empty folder: appzone restore")}, nil
	case err != nil:
		return nil, err
	case i.InUse:
		return []doctor.Finding{doctor.DatabaseInUse.Good("a host has the database open", "its files change, and are not examined; ask that host with --token")}, nil
	}
	detail := fmt.Sprintf("%d files of %s in %s", i.Files, doctor.Size(i.Bytes), dir)
	if !i.Closed {
		detail += "; it was not closed in order, so that the end of its newest log is not examined"
	}
	return []doctor.Finding{doctor.DatabaseOK.Good("the database is whole", detail)}, nil
}

// isMissing also says of something below a file that it is not there.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) || isNoFolder(err) }

// disk tells of the room, at the data folder or at the folder in which it would be made.
func (x *examination) disk(ctx context.Context) ([]doctor.Finding, error) {
	at := x.data
	for at != filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && info.IsDir() {
			break
		}
		at = filepath.Dir(at)
	}
	free, err := store.Free(at)
	if err != nil {
		return []doctor.Finding{doctor.DiskUnknown.Warn("the room on the disk cannot be told", err.Error(), "let this user reach "+at)}, nil
	}
	var parts []doctor.Part
	if at == x.data {
		parts = doctor.Parts(ctx, x.data)
	}
	out := []doctor.Finding{doctor.Disk(at, free, parts)}
	if kind := volatileKind(at); kind != "" {
		out = append(out, doctor.DataFilesystem.Warn("the data folder is on "+kind, at+": what is on tmpfs is gone after a restart of the machine, and a network's file system may lose locks and writes",
			"name a folder on a local disk with XC_DATA_DIR"))
	}
	if !sharedMemory() {
		out = append(out, doctor.SecretsOnDisk.Warn("settings of running plugins will be on the disk", "there is no tmpfs at /dev/shm",
			"mount a tmpfs at /dev/shm (in a container: --tmpfs /dev/shm or --shm-size)"))
	}
	return out, nil
}

// secretKey tells whether the key that sealed the secrets is there and can be used.
func (x *examination) secretKey(context.Context) ([]doctor.Finding, error) {
	file := filepath.Join(x.data, doctor.SecretKeyFile)
	text, err := readKey(file)
	if isMissing(err) && x.cfg.SecretKey == "" {
		if _, err := os.Stat(filepath.Join(x.data, "store")); err != nil {
			return []doctor.Finding{doctor.SecretsOK.Good("the secret key is made at the first start", file)}, nil
		}
		return []doctor.Finding{doctor.SecretKeyGone.Bad("the secret key is gone", file+" is not there, and XC_SECRET_KEY is not set: serve makes a new key, which opens none of the stored secrets",
			"put the file back from where you keep it (it is in no backup), or give the key with XC_SECRET_KEY_FILE; else set the plugins' secrets anew")}, nil
	}
	key := x.cfg.SecretKey
	if key == "" && err == nil {
		key = text
	}
	if key != "" {
		_, err = secret.Open("", key)
	}
	if err != nil {
		return []doctor.Finding{doctor.SecretKeyInvalid.Bad("the secret key cannot be used", err.Error(),
			"let the user of the host alone read "+file+" (chown, chmod 600), and keep in it, or in XC_SECRET_KEY_FILE, 32 bytes in base64 or hex, or a passphrase of at least 16 characters")}, nil
	}
	return []doctor.Finding{doctor.SecretsOK.Good("the secret key can be used", "")}, nil
}

// readKey reads a key file, which is short.
func readKey(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 16<<10))
	return string(b), err
}
