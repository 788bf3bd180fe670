package rhino

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func nodeAt(base string, conventions func(*Conventions)) *Node {
	c := &Cluster{name: "prod", Home: base, Version: "3.2", Conventions: defaults()}
	if conventions != nil {
		conventions(c.Conventions)
	}
	n := &Node{ID: 101, cluster: c}
	n.Home = n.file(c.Conventions.NodeHome)
	c.Nodes = []*Node{n}
	return n
}

// printed is what the line of status prints.
func printed(flags, pid, processes, ready, log string) string {
	return flags + "== pid\n" + pid + "\n== processes\n" + processes + "== ready\n" + ready + "\n== log\n" + log + "\n== end\n"
}

const (
	java       = "  4711 Sun Nov 22 03:00:00 2026 /usr/bin/java -server -Drhino.home=/opt/rhino/node-101 -jar /opt/rhino/lib/RhinoBoot.jar\n"
	other      = "  4712 Sun Nov 22 03:00:00 2026 /usr/bin/java -Drhino.home=/opt/rhino/node-1011 -jar RhinoBoot.jar\n"
	nodeSH     = "    99 Sun Nov 22 02:59:59 2026 /bin/sh /opt/rhino/node-101/start-rhino.sh -k -s\n"
	joinedLine = "2026-11-22 03:01:00.123 INFO  [rhino.main] <main> Node 101 has joined the primary component and started fully"
	before     = "2026-11-22 02:50:00.123 INFO  [rhino.main] <main> Node 101 has joined the primary component and started fully"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	since := "Sun Nov 22 03:00:00 2026"
	for name, c := range map[string]struct {
		text string
		want Status
	}{
		"never started": {printed("== home\n", "", "\n", "", ""), Status{Ready: &no, ReadyBy: "process", Log: []string{}}},
		"ready": {
			printed("== home\n== primary\n", "4711\n", nodeSH+java, joinedLine+"\n", "one\ntwo\n"),
			Status{Running: true, PID: 4711, Script: 99, Since: since, Primary: true, Ready: &yes, ReadyBy: "log", Log: []string{"one", "two"}},
		},
		"booting, and the log is of an earlier life": {
			printed("== home\n== primary\n", "4711\n", java, before+"\n", "one\n"),
			Status{Running: true, PID: 4711, Since: since, Primary: true, Ready: &no, ReadyBy: "log", Log: []string{"one"}},
		},
		"no such line":          {printed("== home\n", "4711\n", java, "", ""), Status{Running: true, PID: 4711, Since: since, Log: []string{}}},
		"a line without a time": {printed("== home\n", "4711\n", java, "yesterday\n", ""), Status{Running: true, PID: 4711, Since: since, Log: []string{}}},
		"stopped":               {printed("== home\n== halt\n== primary\n", "4711\n", "\n", before+"\n", "x\n"), Status{Halt: true, Primary: true, Stale: true, Ready: &no, ReadyBy: "process", Log: []string{"x"}}},
		"the number of another program": {
			printed("== home\n", "4712\n", other, "", ""), Status{Stale: true, Ready: &no, ReadyBy: "process", Log: []string{}},
		},
		"the pid file is old": {printed("== home\n", "17\n", other+java, "", ""), Status{Running: true, PID: 4711, Since: since, Stale: true, Log: []string{}}},
		"waiting to restart":  {printed("== home\n", "4711\n", nodeSH, "", ""), Status{Script: 99, Stale: true, Ready: &no, ReadyBy: "process", Log: []string{}}},
		"nonsense": {
			printed("== home\n", "x\ny\n", "junk\n-5 a b\n17\n 4711 no time at all java /opt/rhino/node-101 RhinoBoot.jar\n", "", "== log\n== end\n\xff\n"),
			Status{Running: true, PID: 4711, Log: []string{"== log", "== end", "\uFFFD"}},
		},
	} {
		for _, ending := range []string{"\n", "\r\n"} {
			got, err := nodeAt("/opt/rhino", nil).parseStatus(strings.ReplaceAll(c.text, "\n", ending), false)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

func TestStatusRefused(t *testing.T) {
	t.Parallel()
	n := nodeAt("/opt/rhino", nil)
	good := printed("== home\n", "4711\n", java, joinedLine+"\n", "x\n")
	for i := range good {
		if s, err := n.parseStatus(good[:i], false); err == nil {
			t.Fatalf("cut at %d: got %+v, want an error", i, s)
		}
	}
	if _, err := n.parseStatus(good, true); err == nil {
		t.Error("without the console's part: got no error")
	}
	if _, err := n.parseStatus(printed("", "", "\n", "", ""), false); !errors.Is(err, errNoHome) {
		t.Errorf("got %v, want that there is no home", err)
	}
	if _, err := n.parseStatus(printed("== home\n", "", "== no ps\n\n", "", ""), false); err == nil || !strings.Contains(err.Error(), "no list of processes") {
		t.Errorf("got %v, want that there is no list", err)
	}
}

func TestStatusByConsole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ready, members, by string
		want               string
	}{
		{"", quotedMembers, "console", "true"},
		{before, quotedMembers, "console", "true"},
		{joinedLine, "", "log", "true"},
		{"", strings.Replace(quotedMembers, "101", "104", 1), "console", "false"},
		{"", strings.Replace(quotedMembers, "  event-router      Stopped", "          dead      Stopped", 1), "console", "false"},
		{"", "Could not connect to Rhino:\n", "", "unknown"},
	} {
		text := strings.TrimSuffix(printed("== home\n", "4711", java, c.ready, ""), "\n== end\n") + "\n== console\n" + c.members + "\n== end\n"
		s, err := nodeAt("/opt/rhino", nil).parseStatus(text, true)
		if err != nil {
			t.Fatal(err)
		}
		got := "unknown"
		if s.Ready != nil {
			got = strconv.FormatBool(*s.Ready)
		}
		if got != c.want || s.ReadyBy != c.by {
			t.Errorf("log %q, console %q: got %s by %q, want %s by %q", c.ready, c.members, got, s.ReadyBy, c.want, c.by)
		}
	}
}

// TestProcessByPidFile: where command lines do not tell nodes apart, the pid file does.
func TestProcessByPidFile(t *testing.T) {
	t.Parallel()
	n := nodeAt("/opt/rhino", func(c *Conventions) { c.ProcessHome = "" })
	s, err := n.parseStatus(printed("== home\n", "4712", java+other, "", ""), false)
	if err != nil || s.PID != 4712 {
		t.Errorf("got %+v, %v, want 4712", s, err)
	}
}

func TestStandsIn(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]bool{
		"java -Dx=/opt/rhino/node-101 y": true, "java /opt/rhino/node-101/lib": true, "/opt/rhino/node-101": true, "a:/opt/rhino/node-101:b": true,
		"java /opt/rhino/node-1011": false, "java /old/opt/rhino/node-101": false, "java /opt/rhino/node-101.bak": false, "": false,
		"/opt/rhino/node-1011 /opt/rhino/node-101": true,
	} {
		if got := standsIn(command, "/opt/rhino/node-101"); got != want {
			t.Errorf("standsIn(%q) = %v, want %v", command, got, want)
		}
	}
}

// TestScript: the line of status, in a real shell beside a real process.
func TestScript(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ps"); err != nil {
		t.Skip("there is no ps here")
	}
	n := nodeAt(filepath.Join(t.TempDir(), "it's $HOME/rhino"), nil)
	look := func() *Status {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "sh", "-c", n.script(look{lines: 2})).Output()
		if err != nil {
			t.Fatal(err)
		}
		s, err := n.parseStatus(string(out), false)
		if err != nil && !errors.Is(err, errNoHome) {
			t.Fatalf("%v in %s", err, out)
		}
		return s
	}
	if s := look(); s != nil {
		t.Fatalf("got %+v, want no home", s)
	}
	if err := os.MkdirAll(filepath.Join(n.Home, "work", "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if s := look(); s.Running || s.Halt || s.Primary || len(s.Log) > 0 || s.ReadyBy != "process" {
		t.Fatalf("got %+v, want a node that was never started", s)
	}
	p := exec.CommandContext(t.Context(), "sleep", "600")
	p.Args = []string{"java -Dhome=" + n.Home + " RhinoBoot.jar", "600"}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill(); _ = p.Wait() })
	write := func(convention, text string) {
		if err := os.WriteFile(n.file(convention), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := n.cluster.Conventions
	write(c.PidFile, strconv.Itoa(p.Process.Pid)+"\n")
	write(c.HaltFile, "")
	write(c.PrimaryFile, "")
	write(c.Log, "a\n"+time.Now().Add(time.Minute).Format(time.DateTime)+",001 Node "+c.ReadyLine+"\nlast")
	s := look()
	if !s.Running || s.PID != p.Process.Pid || s.Stale || !s.Halt || !s.Primary || s.ReadyBy != "log" || !*s.Ready || s.Log[1] != "last" || len(s.Log) != 2 {
		t.Fatalf("got %+v, want a node that runs and is ready", s)
	}
	write(c.Log, time.Now().Add(-time.Hour).Format(time.DateTime)+" Node "+c.ReadyLine+"\n")
	if s := look(); s.ReadyBy != "log" || *s.Ready {
		t.Fatalf("got %+v, want a node whose log is of an earlier life", s)
	}
}
