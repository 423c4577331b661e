//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// lan is a network of the test's own: rooms (network namespaces), each with one
// cable to a switch, and one cable from the switch to the test. The switch stands
// in a room, too, and every room goes when the test's process ends, however it
// ends; with them go their cables. So nothing is left lying about, even by a kill.
type lan struct {
	hub    room
	rooms  map[string]room
	subnet netip.Prefix
}

// room is a network namespace, held by a process that waits for the test's end.
type room struct {
	pid int
	ip  netip.Addr
}

// newLAN makes one with a room for each name.
func newLAN(t testing.TB, names ...string) *lan {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("NOT TESTED: network namespaces need the program ip (Debian: apt-get install iproute2)")
	}
	l := &lan{hub: newRoom(t), rooms: map[string]room{}}
	l.hub.run(t, "ip", "link", "add", "switch", "type", "bridge")
	l.hub.run(t, "ip", "link", "set", "switch", "up")

	at := l.plugIn(t)
	l.hub.run(t, "ip", "link", "set", "test", "master", "switch", "up")

	for _, name := range names {
		at = at.Next()
		r := newRoom(t)
		r.ip = at
		l.hub.run(t, "ip", "link", "add", name, "type", "veth", "peer", "name", "cable", "netns", strconv.Itoa(r.pid))
		l.hub.run(t, "ip", "link", "set", name, "master", "switch", "up")
		r.run(t, "ip", "link", "set", "lo", "up")
		r.run(t, "ip", "address", "add", netip.PrefixFrom(at, l.subnet.Bits()).String(), "dev", "cable")
		r.run(t, "ip", "link", "set", "cable", "up")
		l.rooms[name] = r
	}
	return l
}

// cables counts those of this process.
var cables struct {
	sync.Mutex
	n int
}

// plugIn lays the cable to the test, and gives the test's address.
func (l *lan) plugIn(t testing.TB) netip.Addr {
	t.Helper()
	cables.Lock() // a network is free until its first address is given
	defer cables.Unlock()
	cables.n++
	// The name says whose it is, and is no longer than the kernel's 15 bytes.
	cable := fmt.Sprintf("hoso%d-%d", os.Getpid(), cables.n)
	run(t, "ip", "link", "add", cable, "type", "veth", "peer", "name", "test", "netns", strconv.Itoa(l.hub.pid))
	t.Cleanup(func() { _ = exec.Command("ip", "link", "delete", cable).Run() })
	l.subnet = freeSubnet(t)
	at := l.subnet.Addr().Next()
	run(t, "ip", "address", "add", netip.PrefixFrom(at, l.subnet.Bits()).String(), "dev", cable)
	run(t, "ip", "link", "set", cable, "up")
	return at
}

// place is where a process runs that is to run in a room.
func (l *lan) place(name string) place {
	r := l.rooms[name]
	return place{ip: r.ip.String(), through: r.through()}
}

// cut lets no packet into a room or out of it. Nobody is told: connections stay
// open at both ends.
func (l *lan) cut(t testing.TB, name string) {
	t.Helper()
	l.hub.run(t, "ip", "link", "set", name, "down")
}

// mend undoes a cut.
func (l *lan) mend(t testing.TB, name string) {
	t.Helper()
	l.hub.run(t, "ip", "link", "set", name, "up")
}

func newRoom(t testing.TB) room {
	t.Helper()
	holder := exec.Command("cat") // ends with its input, so at the latest with us
	input, err := holder.StdinPipe()
	require.NoError(t, err)
	holder.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	err = holder.Start()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("NOT TESTED: this user may not make network namespaces; run this test as root")
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = input.Close()
		_ = holder.Wait()
	})
	return room{pid: holder.Process.Pid}
}

// within does something in the room: sockets that are opened in the course of it,
// and programs that are started, are the room's.
func (l *lan) within(t testing.TB, name string, do func()) {
	t.Helper()
	home, err := os.Open("/proc/thread-self/ns/net")
	require.NoError(t, err)
	defer home.Close()
	there, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", l.rooms[name].pid))
	require.NoError(t, err)
	defer there.Close()
	runtime.LockOSThread()
	require.NoError(t, unix.Setns(int(there.Fd()), unix.CLONE_NEWNET))
	defer func() {
		if assert.NoError(t, unix.Setns(int(home.Fd()), unix.CLONE_NEWNET)) {
			runtime.UnlockOSThread() // else the thread ends with the test
		}
	}()
	do()
}

// through starts a program in the room.
func (r room) through() []string {
	return []string{"nsenter", fmt.Sprintf("--net=/proc/%d/ns/net", r.pid)}
}

// run carries a command out in the room.
func (r room) run(t testing.TB, argv ...string) {
	t.Helper()
	run(t, append(r.through(), argv...)...)
}

func run(t testing.TB, argv ...string) {
	t.Helper()
	said, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	require.NoError(t, err, "%v: %s", argv, said)
}

// freeSubnet is a private network in which this machine has no address. Which one
// is tried first goes by the process, so that two tests do not meet.
func freeSubnet(t testing.TB) netip.Prefix {
	t.Helper()
	taken, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for i := range 256 {
		free := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 199, byte(os.Getpid() + i), 0}), 24)
		for _, a := range taken {
			other, err := netip.ParsePrefix(a.String())
			if err == nil && other.Overlaps(free) {
				free = netip.Prefix{}
				break
			}
		}
		if free.IsValid() {
			return free
		}
	}
	require.Fail(t, "every network of 10.199.0.0/16 is taken")
	return netip.Prefix{}
}
