package process_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/fault"
	"appzone/host/process"
)

// needUsers leaves out tests of what root alone can give.
func needUsers(t *testing.T) {
	t.Helper()
	if !process.Machine().OwnUsers {
		require.NotZero(t, os.Geteuid(), "root can: %v", process.Machine().Problems)
		t.Skip("an ordinary user has no user ids to give")
	}
}

// private makes a folder that root alone may enter, in one of the same kind.
func private(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o700))
	return dir
}

// owners names what lies at and below dir with its user id.
func owners(t *testing.T, dir string) map[string]int {
	t.Helper()
	found := map[string]int{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		name, _ := filepath.Rel(dir, path)
		found[name] = int(info.Sys().(*syscall.Stat_t).Uid)
		return nil
	}))
	return found
}

// F3: a program of a root host is not root, on any thread, nor can it be again.
func TestAProgramHasAUserOfItsOwn(t *testing.T) {
	needUsers(t)
	ids := strings.Repeat(fmt.Sprintf("\t%d", testUser), 4)
	for _, kind := range []string{"program", "entry"} {
		spec, out := shell("exec cat /proc/self/status")
		if kind == "entry" {
			spec, out = entry("status")
		}
		p := start(t, spec)
		await(t, p)
		assert.Equal(t, process.Enforced, level(p, "privileges"))
		threads := strings.Split(out.text(), "Name:")[1:]
		require.NotEmpty(t, threads)
		for _, status := range threads {
			for _, line := range []string{"Uid:" + ids, "Gid:" + ids, "Groups:\t \n"} {
				assert.Contains(t, status, line, kind)
			}
		}
	}
	spec, out := shell("id -un; id -u; ls -ld / /proc/self/fd >/dev/null && echo ok > /dev/stderr; echo ok > /dev/stdout")
	run(t, spec)
	assert.ElementsMatch(t, []string{"app", strconv.Itoa(testUser), "ok", "ok"}, strings.Fields(out.text()))
}

func init() {
	// strike tries what root's user id would allow, on the folder that is named.
	entries["strike"] = func(args []string) int {
		dir := args[0]
		_, read := os.ReadFile(dir + "/secret")
		file, open := os.OpenFile(dir+"/code", os.O_WRONLY|os.O_APPEND, 0)
		_ = file.Close()
		for name, err := range map[string]error{
			"read": read, "open": open,
			"write":     os.WriteFile(dir+"/secret", nil, 0o600),
			"create":    os.WriteFile(dir+"/new", nil, 0o600),
			"remove":    os.Remove(dir + "/code"),
			"move":      os.Rename(dir+"/code", dir+"/../code"),
			"link":      os.Link(dir+"/secret", dir+"/../secret"),
			"chmod":     os.Chmod(dir, 0o777),
			"chmodfile": os.Chmod(dir+"/code", 0o666),
			"chown":     os.Chown(dir+"/code", os.Getuid(), -1),
			"times":     os.Chtimes(dir+"/code", time.Now(), time.Unix(0, 0)),
			"setuid":    syscall.Setuid(0),
			"setgid":    syscall.Setgid(0),
			"groups":    syscall.Setgroups([]int{0}),
			"sysctl":    os.WriteFile("/proc/sys/kernel/core_pattern", []byte("core"), 0),
			"chroot":    syscall.Chroot("/"),
		} {
			if err == nil {
				fmt.Println("could", name)
			}
		}
		fmt.Println("end")
		return 0
	}
	// hog uses up what the kernel counts for each user.
	entries["hog"] = func([]string) int {
		for {
			if _, err := unix.InotifyInit(); err != nil {
				fmt.Println("full", err)
				select {}
			}
		}
	}
}

// F3: files of root's are not the program's, even where a folder that it may write shows them by mistake, and
// whether or not Landlock and the filter of system calls stand.
func TestWhatRootOwnsIsNotThePrograms(t *testing.T) {
	needUsers(t)
	alone := process.Machine()
	alone.Landlock, alone.Seccomp = 0, false
	for name, m := range map[string]process.Capabilities{"every wall": process.Machine(), "the user id alone": alone} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(process.Pretend(m))
			given := private(t)
			leak := filepath.Join(given, "leak")
			tree(t, leak, map[string]string{"secret": "secret", "code": "code"})
			require.NoError(t, os.Chmod(leak, 0o755))
			require.NoError(t, os.Chmod(filepath.Join(leak, "code"), 0o644))
			require.NoError(t, os.Chown(given, testUser, testUser)) // so that Start takes it for given already
			before := owners(t, leak)
			spec, out := entry("strike", leak)
			spec.Jail.ReadWrite = []string{given}
			run(t, spec)
			assert.Equal(t, "end\n", out.text())
			assert.Equal(t, map[string]string{"secret": "secret", "code": "code"}, list(t, leak))
			assert.Equal(t, before, owners(t, leak))
		})
	}
}

// F3, F4: the host's process beside the program, which it can see, is root's.
func TestTheInitIsNotThePrograms(t *testing.T) {
	needUsers(t)
	alone := process.Machine()
	alone.Landlock, alone.Seccomp = 0, false
	t.Cleanup(process.Pretend(alone))
	spec, out := shell("exec 2>/dev/null; cat /proc/1/environ /proc/1/maps; ls /proc/1/fd/ /proc/1/root/; for s in 0 STOP KILL; do kill -$s 1 && echo reached; done; echo end")
	run(t, spec)
	assert.Equal(t, "end\n", out.text())
}

// asUser runs a script outside of any jail.
func asUser(t *testing.T, uid int, script string) string {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	text, err := cmd.Output()
	require.NoError(t, err)
	return string(text)
}

// F3: two programs are strangers to each other.
func TestProgramsOfDifferentUsersAreStrangers(t *testing.T) {
	needUsers(t)
	first, out := entry("wait")
	p := start(t, first)
	out.await(t, "waiting")
	other := process.PluginUser(8)
	as := func(script string) string { return asUser(t, other, script) }
	pid := strconv.Itoa(p.PID())
	assert.Equal(t, "no\n", as("kill -STOP "+pid+" 2>/dev/null || echo no"))
	assert.Equal(t, "no\n", as("cat /proc/"+pid+"/environ /proc/"+pid+"/maps 2>/dev/null || echo no"))
	assert.Equal(t, "no\n", as("ls /proc/"+pid+"/fd/ /proc/"+pid+"/root/ 2>/dev/null || echo no"))
}

// What a program writes is its own on the disk too: a program with the set-user-id bit there is nobody's way to root.
func TestWhatIsWrittenBelongsToTheProgram(t *testing.T) {
	needUsers(t)
	onEach(t, func(t *testing.T, m process.Capabilities) {
		if !m.OwnUsers {
			return
		}
		data := private(t)
		v := overlay(t, map[string]string{"config.json": "old"})
		spec, out := shell("set -e; cp /bin/true $0/tool; chmod 4755 $0/tool; mkdir -m 0 $0/closed; echo new > config.json; cp $0/tool .")
		spec.Args = append(spec.Args, data)
		spec.Dir, spec.Jail.ReadWrite, spec.Jail.Overlay = v.Target, []string{data}, v
		require.Equal(t, 0, run(t, spec).Code, out.text())
		assert.Equal(t, map[string]int{".": testUser, "tool": testUser, "closed": testUser}, owners(t, data))
		for name, uid := range owners(t, v.Upper) {
			info, err := os.Lstat(filepath.Join(v.Upper, name))
			require.NoError(t, err)
			assert.False(t, uid != testUser && info.Mode()&fs.ModeSetuid != 0, name)
		}
	})
}

// The code is the host's: the program cannot open it up, and files that it may rewrite are its own.
func TestCodeStaysTheHosts(t *testing.T) {
	needUsers(t)
	for name, m := range machines() {
		if !m.OwnUsers || !m.Overlay {
			continue // a copy is the program's; the version's own files are looked at in overlay_test.go
		}
		t.Run(name, func(t *testing.T) {
			t.Cleanup(process.Pretend(m))
			v := overlay(t, map[string]string{"main.js": "code", "sub/config.json": "{}", "link": "-> main.js"})
			require.NoError(t, os.Chmod(filepath.Join(v.Lower, "main.js"), 0o444))
			assert.Equal(t, "no\nno\nyes\n", in(t, v, `
				chmod u+w main.js 2>/dev/null || echo no
				(echo evil > main.js) 2>/dev/null || echo no
				chmod 600 sub/config.json && touch -d @0 sub/config.json && echo x > sub/new && echo yes`))
			assert.Equal(t, map[string]int{".": testUser, "main.js": 0, "sub": testUser, "sub/config.json": testUser, "link": testUser}, owners(t, v.Lower))
		})
	}
}

// Folders follow the user that a child really has: those that an earlier host left as root's, and back.
func TestFoldersFollowTheUser(t *testing.T) {
	needUsers(t)
	data, settings := private(t), private(t)
	require.NoError(t, os.WriteFile(filepath.Join(settings, "settings.json"), []byte("{}"), 0o400))
	outside := filepath.Join(t.TempDir(), "outside")
	require.NoError(t, os.WriteFile(outside, nil, 0o600))
	tree(t, data, map[string]string{"old": "old", "sub/deep": "old", "link": "-> " + outside, "closed/": ""})
	require.NoError(t, os.Chmod(filepath.Join(data, "closed"), 0))
	require.NoError(t, os.Chmod(filepath.Join(data, "old"), 0o4755))
	v := overlay(t, map[string]string{"config.json": "shipped"})
	plain := process.Machine()
	plain.OwnUsers = false
	for i, m := range []process.Capabilities{process.Machine(), plain, process.Machine()} {
		restore := process.Pretend(m)
		require.NoError(t, os.WriteFile(filepath.Join(v.Upper, "config.json"), []byte("edited"), 0o600)) // by an administrator
		spec, out := shell("set -e; cat config.json $1/settings.json $0/old $0/sub/deep; echo old > $0/sub/deep; echo $PWD > config.json; touch $0/new" + strconv.Itoa(i))
		spec.Args = append(spec.Args, data, settings)
		spec.Dir, spec.Jail.Overlay, spec.Jail.ReadWrite, spec.Jail.Private = v.Target, v, []string{data}, []string{settings}
		require.Equal(t, 0, run(t, spec).Code, out.text())
		assert.Equal(t, "edited{}oldold", strings.ReplaceAll(out.text(), "\n", ""))
		want := 0
		if m.OwnUsers {
			want = testUser
		}
		for _, dir := range []string{data, settings, v.Upper} {
			for name, uid := range owners(t, dir) {
				assert.Equal(t, want, uid, "%s in %s", name, dir)
			}
		}
		restore()
	}
	assert.Equal(t, 0, owners(t, outside)["."], "links are not followed")
	info, err := os.Stat(filepath.Join(data, "old"))
	require.NoError(t, err)
	assert.Zero(t, info.Mode()&fs.ModeSetuid)
}

// A folder that cannot be given as a whole is refused, before anything runs on half of it.
func TestFoldersThatAreTooDeepAreNotGiven(t *testing.T) {
	needUsers(t)
	data := private(t)
	require.NoError(t, os.MkdirAll(filepath.Join(data, strings.Repeat("d/", 210)), 0o700))
	spec, _ := shell("exit 0")
	spec.Jail.ReadWrite = []string{data}
	_, err := process.Start(context.Background(), spec)
	assert.Equal(t, "folder_too_large", fault.CodeOf(err))
	assert.Equal(t, 0, owners(t, data)["."])
}

// A program in a folder that root alone may enter runs all the same.
func TestAProgramMayLieInAPrivateFolder(t *testing.T) {
	needUsers(t)
	path := filepath.Join(private(t), "shell")
	text, err := os.ReadFile("/bin/sh")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o755))
	spec, out := shell("echo ran")
	spec.Path, spec.Jail.ReadOnly = path, []string{path}
	assert.Equal(t, 0, run(t, spec).Code)
	assert.Equal(t, "ran\n", out.text())
}

// F2: what the kernel counts for each user, one program uses up for itself alone.
func TestWatchersAreCountedForEachUser(t *testing.T) {
	needUsers(t)
	hog, out := entry("hog")
	start(t, hog)
	out.await(t, "full")
	fd, err := unix.InotifyInit()
	require.NoError(t, err, "the host's own")
	require.NoError(t, unix.Close(fd))
	other, seen := entry("watch")
	other.Jail.User = process.PluginUser(8)
	run(t, other)
	n, err := strconv.Atoi(strings.TrimSpace(seen.text()))
	require.NoError(t, err)
	assert.Greater(t, n, 50)
}

func TestUserIDsThatAreNoChildsAreRefused(t *testing.T) {
	for _, user := range []int{-1, 1, 1000, process.BuildUser - 1, process.BuildUser + process.MaxPluginNumber + 1} {
		spec, _ := shell("exit 0")
		spec.Jail.User = user
		_, err := process.Start(context.Background(), spec)
		assert.Equal(t, "process_invalid", fault.CodeOf(err), user)
	}
}
