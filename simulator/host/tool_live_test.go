package host

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// startLine runs a command line on a fresh machine r1 of a fleet, beside r2.
func startLine(t *testing.T, argv ...string) (*Fleet, *Process) {
	t.Helper()
	f := NewFleet(FleetConfig{})
	t.Cleanup(f.Close)
	m := f.Add(Config{Name: "r1.example.com"})
	f.Add(Config{Name: "r2.example.com"})
	return f, m.Start(Command{Argv: argv})
}

func stdoutOf(p *Process) string {
	out, _ := p.Output()
	return string(out)
}

func stderrOf(p *Process) string {
	_, text := p.Output()
	return string(text)
}

func TestTailFollows(t *testing.T) {
	t.Parallel()
	f, p := startLine(t, "tail", "-n", "1", "-f", "log")
	files := p.Machine().Files()
	log := "/home/rhino/log"
	fatal(t, files.WriteFile(log, []byte("one\ntwo\n")))
	f.Advance(time.Second)
	want := "two\n"
	check := func(what string) {
		t.Helper()
		if got := stdoutOf(p); got != want {
			t.Errorf("tail -f, %s: got %q, want %q", what, got, want)
		}
	}
	check("at first")
	fatal(t, files.AppendFile(log, []byte("three\n")))
	f.Advance(5 * time.Second)
	want += "three\n"
	check("after a line")
	fatal(t, files.WriteFile(log, []byte("x\n")))
	f.Advance(10 * time.Second)
	want += "x\n"
	check("truncated")
	if got, say := stderrOf(p), "tail: log: file truncated\n"; got != say {
		t.Errorf("tail -f: got %q, want %q", got, say)
	}
	p.Signal(TERM)
	if p.Status() != 128+15 {
		t.Errorf("tail -f, ended: got %d, want 143", p.Status())
	}
}

func TestTailFollowsName(t *testing.T) {
	t.Parallel()
	f, p := startLine(t, "tail", "-F", "log")
	files := p.Machine().Files()
	log := "/home/rhino/log"
	f.Advance(3 * time.Second)
	fatal(t, files.WriteFile(log, []byte("first\n")))
	f.Advance(6 * time.Second)
	fatal(t, files.Rename(log, log+".1"))
	fatal(t, files.WriteFile(log, []byte("second\n")))
	f.Advance(9 * time.Second)
	fatal(t, files.Remove(log))
	f.Advance(12 * time.Second)
	if got, want := stdoutOf(p), "first\nsecond\n"; got != want {
		t.Errorf("tail -F: got %q, want %q", got, want)
	}
	want := "tail: cannot open 'log' for reading: No such file or directory\n" +
		"tail: 'log' has appeared;  following new file\n" +
		"tail: 'log' has been replaced;  following new file\n" +
		"tail: 'log' has become inaccessible: No such file or directory\n"
	if got := stderrOf(p); got != want {
		t.Errorf("tail -F: got %q, want %q", got, want)
	}
}

func TestTailEndsWithProcess(t *testing.T) {
	t.Parallel()
	f := NewFleet(FleetConfig{})
	defer f.Close()
	m := f.Add(Config{Name: "r1"})
	fatal(t, m.Files().WriteFile("/tmp/log", []byte("a\n")))
	other := m.Start(Command{Argv: []string{"sleep", "10"}})
	p := m.Start(Command{Argv: []string{"tail", "-f", fmt.Sprintf("--pid=%d", other.PID()), "/tmp/log"}})
	f.Advance(9 * time.Second)
	if p.Ended() {
		t.Error("tail --pid: got an end while the process runs")
	}
	f.Advance(12 * time.Second)
	if !p.Ended() || p.Status() != 0 {
		t.Errorf("tail --pid: got ended %v status %d, want an end with 0", p.Ended(), p.Status())
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line   string
		status int
		end    time.Duration // about
	}{
		{"timeout 2 sleep 10", 124, 2 * time.Second},
		{"timeout 10 sleep 2", 0, 2 * time.Second},
		{"timeout 1m false", 1, 0},
		{"timeout -s KILL 2 sleep 10", 137, 2 * time.Second},
		{"timeout --preserve-status 2 sleep 10", 143, 2 * time.Second},
		{"timeout -s INT 2 nohup sleep 10", 124, 2 * time.Second},
		{"timeout -k 3 -s HUP 2 nohup sleep 10", 137, 5 * time.Second},
		{"timeout -s HUP 2 nohup sleep 10", 124, 10 * time.Second},
		{"timeout 0 sleep 7", 0, 7 * time.Second},
		{"sleep 1 0.5 1s", 0, 2500 * time.Millisecond},
		{"sleep 2m", 0, 2 * time.Minute},
		{"setsid sleep 5", 0, 0},
		{"setsid -w sleep 5", 0, 5 * time.Second},
		{"nohup sleep 5", 0, 5 * time.Second},
		{"env sleep 5", 0, 5 * time.Second},
		{"sudo -n sleep 5", 0, 5 * time.Second},
	} {
		f, p := startLine(t, strings.Fields(c.line)...)
		f.Advance(c.end - 500*time.Millisecond)
		early := p.Ended() && c.end > 0
		f.Advance(c.end + 500*time.Millisecond)
		if early || !p.Ended() || p.Status() != c.status {
			t.Errorf("%s: got early %v, ended %v, status %d, want status %d at %v", c.line, early, p.Ended(), p.Status(), c.status, c.end)
		}
	}
}

func TestFlock(t *testing.T) {
	t.Parallel()
	f, first := startLine(t, "flock", "/tmp/lock", "sleep", "10")
	m := first.Machine()
	f.Advance(time.Second)
	busy := m.Start(Command{Argv: []string{"flock", "-n", "/tmp/lock", "true"}})
	short := m.Start(Command{Argv: []string{"flock", "-w", "2", "-E", "9", "/tmp/lock", "true"}})
	waits := m.Start(Command{Argv: []string{"flock", "/tmp/lock", "true"}})
	f.Advance(5 * time.Second)
	if busy.Status() != 1 || short.Status() != 9 || waits.Ended() {
		t.Errorf("flock while held: got %d, %d, ended %v, want 1, 9, false", busy.Status(), short.Status(), waits.Ended())
	}
	f.Advance(11 * time.Second)
	if !waits.Ended() || waits.Status() != 0 {
		t.Errorf("flock when free: got ended %v status %d, want an end with 0", waits.Ended(), waits.Status())
	}
}

func TestPingAsks(t *testing.T) {
	t.Parallel()
	f, p := startLine(t, "ping", "-c", "2", "r2")
	f.Advance(5 * time.Second)
	want := "PING r2 (10.0.0.2) 56(84) bytes of data.\n64 bytes from r2 (10.0.0.2): icmp_seq=1 ttl=64 time=0.200 ms\n64 bytes from r2 (10.0.0.2): icmp_seq=2 ttl=64 time=0.200 ms\n\n" +
		"--- r2 ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time 1000ms\nrtt min/avg/max/mdev = 0.200/0.200/0.200/0.000 ms\n"
	if got := stdoutOf(p); got != want || p.Status() != 0 {
		t.Errorf("ping: got %d %q, want %q", p.Status(), got, want)
	}
	f.Machine("r2.example.com").SetCut(true)
	p = p.Machine().Start(Command{Argv: []string{"ping", "-c1", "-W2", "-q", "r2"}})
	f.Advance(10 * time.Second)
	if got := stdoutOf(p); p.Status() != 1 || !strings.Contains(got, "1 packets transmitted, 0 received, 100% packet loss") {
		t.Errorf("ping of a cut host: got %d %q", p.Status(), got)
	}
	p = p.Machine().Start(Command{Argv: []string{"ping", "-c1", "r9"}})
	f.Advance(20 * time.Second)
	if got := stderrOf(p); p.Status() != 2 || got != "ping: r9: Name or service not known\n" {
		t.Errorf("ping of nobody: got %d %q", p.Status(), got)
	}
}

func TestSystemctl(t *testing.T) {
	t.Parallel()
	f, p := startLine(t, "systemctl", "status", "x")
	m := p.Machine()
	now := time.Second
	run := func(status int, out string, argv ...string) {
		t.Helper()
		p := m.Start(Command{Argv: append([]string{"systemctl"}, argv...)})
		now += time.Second
		f.Advance(now)
		if got := stdoutOf(p) + stderrOf(p); p.Status() != status || !strings.HasPrefix(got, out) || out == "" && got != "" {
			t.Errorf("systemctl %q: got %d %q, want %d %q", argv, p.Status(), got, status, out)
		}
	}
	run(4, "Unit x.service could not be found.\n", "status", "x")
	run(5, "Failed to start x.service: Unit x.service not found.\n", "start", "x")
	run(5, "Failed to stop x.service: Unit x.service not loaded.\n", "stop", "x")
	run(3, "inactive\n", "is-active", "x.service")
	m.SetUnit("x.service", Unit{Description: "X", Start: []string{"sleep", "1000"}})
	run(3, "inactive\n", "is-active", "x")
	run(0, "", "start", "x")
	run(0, "active\n", "is-active", "x")
	run(0, "", "is-active", "-q", "x")
	run(0, "● x.service - X\n", "status", "x")
	run(0, "", "restart", "x")
	run(0, "", "stop", "x")
	run(3, "inactive\n", "is-active", "x")
	run(1, "systemctl: Unknown command verb frob.\n", "frob")
}

// TestTellsOfProcesses compares what ps and pgrep say with the processes there
// are.
func TestTellsOfProcesses(t *testing.T) {
	t.Parallel()
	f, daemon := startLine(t, "sleep", "100000")
	m := daemon.Machine()
	now := 3661 * time.Second
	f.Advance(now)
	pid := fmt.Sprint(daemon.PID())
	for _, c := range []struct {
		line   string
		status int
		want   string
	}{
		{"ps -o pid=,ppid=,pgid=,sid=,stat=,comm=,args= -p " + pid, 0, "1000 1 1000 1000 Ss sleep sleep 100000"},
		{"ps -o etime=,etimes= -p " + pid, 0, "01:01:01 3661"},
		{"ps -C sleep -o pid=", 0, pid},
		{"ps -p 5", 1, "PID TTY TIME CMD"},
		{"ps -fp " + pid, 0, "UID PID PPID C STIME TTY TIME CMD rhino 1000 1 0 00:00 ? 00:00:00 sleep 100000"},
		{"ps u -p " + pid, 0, "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND rhino 1000 0.0 0.0 2480 1024 ? Ss 00:00 0:00 sleep 100000"},
		{"pgrep sleep", 0, pid},
		{"pgrep -f sleep.1000", 0, pid},
		{"pgrep -fx sleep", 1, ""},
		{"pgrep -a sleep", 0, pid + " sleep 100000"},
		{"pgrep -l sleep", 0, pid + " sleep"},
		{"pgrep -u root", 0, "1"},
		{"pgrep -u rhino -x sleep", 0, pid},
		{"pgrep -P 1 sleep", 0, pid},
		{"pgrep -c sleep", 0, "1"},
		{"pkill -0 sleep", 0, ""},
		{"id", 0, "uid=1000(rhino) gid=1000(rhino) groups=1000(rhino)"},
		{"id -u", 0, "1000"},
		{"hostname", 0, "r1.example.com"},
		{"hostname -s", 0, "r1"},
		{"uname -n", 0, "r1.example.com"},
		{"getent hosts r2", 0, "10.0.0.2 r2.example.com"},
		{"getent hosts r9", 2, ""},
		{"which cat nope", 1, "/usr/local/bin/cat"},
		{"date +%FT%T", 0, "2026-01-01T01:01:01"},
		{"uptime", 0, "01:01:01 up 1:01, 0 users, load average: 0.00, 0.00, 0.00"},
		{"uptime -p", 0, "up 1 hour, 1 minute"},
		{"df -P /", 0, "Filesystem 1024-blocks Used Available Capacity Mounted on /dev/sda1 65536"},
		{"mktemp", 0, "/tmp/tmp.aaaaaaaaaa"},
		{"mktemp", 0, "/tmp/tmp.aaaaaaaaab"},
		{"pkill -9 -f sleep.1000", 0, ""},
		{"pgrep sleep", 1, ""},
	} {
		p := m.Start(Command{Argv: strings.Fields(c.line)})
		now += 5 * time.Millisecond
		f.Advance(now)
		got := strings.Join(strings.Fields(stdoutOf(p)), " ")
		if strings.HasPrefix(c.line, "which") {
			c.want = "/usr/bin/cat"
		}
		if p.Status() != c.status || got != c.want && !(strings.HasPrefix(c.line, "df") && strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: got %d %q %s, want %d %q", c.line, p.Status(), got, stderrOf(p), c.status, c.want)
		}
	}
	if daemon.KilledBy() != KILL {
		t.Errorf("the process that pkill -9 named: got signal %v, want KILL", daemon.KilledBy())
	}
}

func TestToolsOnFullDisk(t *testing.T) {
	t.Parallel()
	f, p := startLine(t, "true")
	m := p.Machine()
	fatal(t, m.Files().WriteFile("/tmp/a", []byte("data\n")))
	m.SetFull(true)
	for _, c := range []struct {
		line, stdout, stderr string
		status               int
	}{
		{"cp /tmp/a /tmp/b", "", "cp: error writing '/tmp/b': No space left on device\n", 1},
		{"df -h /tmp", "Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        64M   64M     0 100% /\n", "", 0},
		{"mkdir /tmp/d", "", "mkdir: cannot create directory '/tmp/d': No space left on device\n", 1},
	} {
		p := m.Start(Command{Argv: strings.Fields(c.line)})
		f.Advance(f.Now() + time.Second)
		if stdoutOf(p) != c.stdout || stderrOf(p) != c.stderr || p.Status() != c.status {
			t.Errorf("%s: got %d %q %q, want %d %q %q", c.line, p.Status(), stdoutOf(p), stderrOf(p), c.status, c.stdout, c.stderr)
		}
	}
}
