package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/process"
)

// helperHome makes this test binary a host that settles in a control group: its value is the folder and a controller.
const helperHome = "APPZONE_TEST_HOME"

func init() { helpers[helperHome] = beAtHome }

// beAtHome says where the home is, and in which group this process is then.
func beAtHome(text string) {
	parent, controller, _ := strings.Cut(text, " ")
	folder, err := process.UnifiedHome(parent, controller)
	own, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(own)) {
		if group, ok := strings.CutPrefix(line, "0::"); ok {
			fmt.Printf("%d\n%s\n%s%v\n", os.Getpid(), folder, group, err)
		}
	}
	os.Exit(0)
}

// unifiedGroup makes a group of version 2 that offers some controller. Which one does not matter: the rules are the
// same, and on a machine with both versions those that hold limits are elsewhere.
func unifiedGroup(t *testing.T) (folder, controller string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give groups away")
	}
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		text, err := os.ReadFile(filepath.Join(root, "cgroup.controllers"))
		if err != nil {
			continue
		}
		control := filepath.Join(root, "cgroup.subtree_control")
		enabled, _ := os.ReadFile(control)
		for _, c := range strings.Fields(string(text)) {
			if !slices.Contains(strings.Fields(string(enabled)), c) {
				if os.WriteFile(control, []byte("+"+c), 0) != nil {
					continue
				}
				t.Cleanup(func() { _ = os.WriteFile(control, []byte("-"+c), 0) })
			}
			folder := filepath.Join(root, "test-"+strconv.Itoa(os.Getpid())+"-"+strings.ReplaceAll(filepath.Base(t.Name()), " ", "-"))
			require.NoError(t, os.Mkdir(folder, 0o755))
			t.Cleanup(func() { removeGroups(t, folder) })
			return folder, c
		}
	}
	t.Skip("this machine offers no controller of version 2")
	return "", ""
}

func removeGroups(t *testing.T, folder string) {
	t.Helper()
	below, _ := filepath.Glob(folder + "/*/cgroup.procs")
	deeper, _ := filepath.Glob(folder + "/*/*/cgroup.procs")
	for _, procs := range slices.Concat(deeper, below, []string{folder + "/cgroup.procs"}) {
		assert.Eventually(t, func() bool { return os.Remove(filepath.Dir(procs)) == nil }, 10*time.Second, 5*time.Millisecond, procs)
	}
}

// settle starts a host in a group and returns its process id, its home, its group then, and what went wrong.
func settle(t *testing.T, folder, controller string, uid uint32) (pid, home, group, problem string) {
	t.Helper()
	join := exec.Command("/bin/sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, folder, "/bin/sh", "-c", "read go; exec /proc/self/fd/3")
	binary, err := os.Open(os.Args[0])
	require.NoError(t, err)
	defer binary.Close()
	join.Env = append(os.Environ(), helperHome+"="+folder+" "+controller)
	join.ExtraFiles = []*os.File{binary}
	if uid != 0 { // root puts it there; what it does then it does as itself
		join.Args[6] = fmt.Sprintf("read go; exec setpriv --reuid %d --clear-groups /proc/self/fd/3", uid)
	}
	join.Stdin = strings.NewReader("go\n")
	return hear(t, join)
}

// hear is what a host that settled says.
func hear(t *testing.T, cmd *exec.Cmd) (pid, home, group, problem string) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	lines := strings.Split(string(out), "\n")
	require.GreaterOrEqual(t, len(lines), 4, string(out))
	return lines[0], lines[1], lines[2], lines[3]
}

// F10: a host takes up the control group that it was given, and says why it cannot where it was not.
func TestAHostSettlesInTheGroupThatItWasGiven(t *testing.T) {
	t.Run("not given to it", func(t *testing.T) {
		folder, c := unifiedGroup(t)
		_, _, group, problem := settle(t, folder, c, 0)
		assert.Contains(t, problem, "was not given to it; with systemd, set Delegate=yes")
		assert.Equal(t, filepath.Base(folder), filepath.Base(group), "it stays where it was")
	})
	t.Run("given by systemd", func(t *testing.T) {
		folder, c := unifiedGroup(t)
		require.NoError(t, unix.Setxattr(folder, "trusted.delegate", []byte("1"), 0))
		pid, home, group, problem := settle(t, folder, c, 0)
		assert.Equal(t, "<nil>", problem)
		assert.Equal(t, folder+"/appzone-"+pid, home)
		assert.Equal(t, filepath.Base(folder)+"/appzone-"+pid+"-host", strings.Join(strings.Split(group, "/")[1:], "/"))
		// The next one finds the controller on, needs no place of its own, and removes what the first left. It is not started
		// in the group: nothing may be in one whose children have limits.
		next := exec.Command(os.Args[0])
		next.Env = append(os.Environ(), helperHome+"="+folder+" "+c)
		pid, home, _, problem = hear(t, next)
		assert.Equal(t, "<nil>", problem)
		assert.Equal(t, folder+"/appzone-"+pid, home)
		left, _ := filepath.Glob(folder + "/appzone-*")
		assert.Equal(t, []string{folder + "/appzone-" + pid}, left)
	})
	t.Run("shared with others", func(t *testing.T) {
		folder, c := unifiedGroup(t)
		require.NoError(t, unix.Setxattr(folder, "trusted.delegate", []byte("1"), 0))
		other := exec.Command("sleep", "1000")
		require.NoError(t, other.Start())
		require.NoError(t, os.WriteFile(folder+"/cgroup.procs", []byte(strconv.Itoa(other.Process.Pid)), 0))
		_, _, group, problem := settle(t, folder, c, 0)
		assert.NoError(t, other.Process.Kill())
		_ = other.Wait()
		assert.Contains(t, problem, "other processes are in the host's control group")
		assert.Equal(t, filepath.Base(folder), filepath.Base(group), "it went back")
	})
	t.Run("given to a user", func(t *testing.T) {
		if _, err := exec.LookPath("setpriv"); err != nil {
			t.Skip("no setpriv")
		}
		folder, c := unifiedGroup(t)
		for _, file := range []string{"", "/cgroup.procs", "/cgroup.subtree_control"} {
			require.NoError(t, os.Chown(folder+file, 65534, 65534))
		}
		pid, home, _, problem := settle(t, folder, c, 65534)
		assert.Equal(t, "<nil>", problem)
		assert.Equal(t, folder+"/appzone-"+pid, home)
		info, err := os.Stat(home)
		require.NoError(t, err)
		assert.EqualValues(t, 65534, info.Sys().(*syscall.Stat_t).Uid)
	})
}
