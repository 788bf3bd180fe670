package host

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// run runs a line to its end, or for an hour, and gives what came of it.
func run(m *Machine, line string) string {
	p := m.Start(Command{Line: line})
	m.Fleet().Advance(m.Fleet().Now() + time.Hour)
	return result(p)
}

func result(p *Process) string {
	if !p.Ended() {
		return "no end"
	}
	stdout, stderr := p.Output()
	text := string(stdout)
	for line := range strings.Lines(string(stderr)) {
		text += "! " + line
	}
	return fmt.Sprintf("%s= %d\n", text, p.Status())
}

func TestWhatHostsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, line, want string }{
		{"not found", "foo", "! sh: 1: foo: not found\n= 127\n"},
		{"not executable", ">f; ./f", "! sh: 1: ./f: Permission denied\n= 126\n"},
		{"a directory", "/tmp", "! sh: 1: /tmp: Permission denied\n= 126\n"},
		{"syntax", "echo a; fi", "! sh: 1: Syntax error: `fi` can only be used to end an `if`\n= 2\n"},
		{"no file", "read x <nope", "! sh: 1: cannot open nope: No such file\n= 2\n"},
		{"no directory", "echo >no/pe", "! sh: 1: cannot create no/pe: Directory nonexistent\n= 2\n"},
		{"not root's", "echo >/etc/motd", "! sh: 1: cannot create /etc/motd: Permission denied\n= 2\n"},
		{"unset", "set -u; echo $x", "! sh: 1: x: parameter not set\n= 2\n"},
		{"killed", "sh -c 'kill -KILL $$'; echo $?", "137\n! Killed\n= 0\n"},
		{"environment", "echo $USER $HOME $PATH; pwd", "rhino /home/rhino " + DefaultPath + "\n/home/rhino\n= 0\n"},
		{"interpreter", `printf '#!/bin/sh -e\nfalse\necho no\n' >s; chmod +x s; ./s; echo $?`, "1\n= 0\n"},
		{"no interpreter", `printf '#!/opt/none\n' >s; chmod +x s; ./s`, "! sh: 1: ./s: not found\n= 127\n"},
		{"which", "command -v cat; type sh; which cat", "/usr/bin/cat\nsh is /usr/bin/sh\n/usr/bin/cat\n= 0\n"},
		{"copied program", "cp /usr/bin/cat mine; chmod +x mine; echo x | ./mine", "x\n= 0\n"},
		{"removed", "PATH=/nowhere; cat", "! sh: 1: cat: not found\n= 127\n"},
		{"full device", "echo x >/dev/full; echo $?", "1\n! sh: 1: echo: I/O error: No space left on device\n= 0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := run(one(t, Config{}), c.line)
			want := strings.Replace(c.want, "echo: I/O", "I/O", 1)
			if got != want {
				t.Errorf("%s\ngot  %swant %s", c.line, got, want)
			}
		})
	}
}

func TestBash(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{`a=(x "y z" w); echo ${a[1]} ${#a[@]} "${a[@]}"; a+=(q); echo ${a[-1]}; for i in "${a[@]}"; do echo "[$i]"; done`, "y z 3 x y z w\nq\n[x]\n[y z]\n[w]\n[q]\n"},
		{`[[ abc == a* && ! -e /nope ]] && echo yes; [[ abc =~ ^a(b)c$ ]] && echo ${BASH_REMATCH[1]}; [[ 3 -gt 2 || x ]] && echo or`, "yes\nb\nor\n"},
		{`echo {a,b}{1..3} $'x\ty'; x=hello; echo ${x/l/L} ${x//l/L} ${x:1:3} ${x: -2} ${x^} ${x^^}`, "a1 a2 a3 b1 b2 b3 x\ty\nheLlo heLLo ell lo Hello HELLO\n"},
		{`cat <<<"here $((1+1))"; ((i=3)); for ((i=0;i<2;i++)); do echo $i; done; { echo o; echo e >&2; } &>f; cat f`, "here 2\n0\n1\no\ne\n"},
		{`f() { local x; echo "[$x]"; }; x=1; f; function g { echo g; }; g; echo -e 'a\tb'; echo 'a\tb'; set -o pipefail; false | true; echo $?`, "[]\ng\na\tb\na\\tb\n1\n"},
		{`declare -a l=(1 2); declare x=3; export y=4; readonly z=5; echo ${l[1]} $x $y $z; y=$(<f) 2>/dev/null; source /dev/null; echo $HOSTNAME`, "2 3 4 5\nr1\n"},
		{`case x in x) echo 1;;& *) echo 2;& y) echo 3;; esac; i=5; ((i+=2, i*=2)); echo $i $((i**2)) $((i>10?1:0)); let i--; echo $i`, "1\n2\n3\n14 196 1\n13\n"},
	} {
		t.Run(c.line[:20], func(t *testing.T) {
			t.Parallel()
			m := one(t, Config{Shell: "/bin/bash"})
			p := m.Start(Command{Line: c.line})
			m.Fleet().Advance(time.Hour)
			stdout, stderr := p.Output()
			if string(stdout) != c.want {
				t.Errorf("%s\ngot  %q %s\nwant %q", c.line, stdout, stderr, c.want)
			}
		})
	}
}

func TestVirtualTime(t *testing.T) {
	t.Parallel()
	m := one(t, Config{StartCost: -1})
	p := m.Start(Command{Line: "sleep 60; echo a; sleep 0.5 & sleep 3600; wait; echo b"})
	f := m.Fleet()
	var at []time.Duration
	for !p.Ended() {
		next, ok := f.Next()
		if !ok {
			t.Fatalf("a command that sleeps: no event pending")
		}
		f.Advance(next)
		if len(at) == 0 || at[len(at)-1] != f.Now() {
			at = append(at, f.Now())
		}
	}
	want := []time.Duration{0, time.Minute, time.Minute + time.Second/2, time.Minute + time.Hour}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("when something happened (-want +got):\n%s", diff)
	}
}

func TestDaemonOutlivesItsStarter(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	if got, want := run(m, "setsid sh -c 'trap \"echo stopping >>log; exit 0\" TERM; echo $$ >d.pid; while :; do sleep 1; done' </dev/null >log 2>&1 & sleep 1; echo started"), "started\n= 0\n"; got != want {
		t.Fatalf("start: got %s want %s", got, want)
	}
	daemon := m.Processes()
	if len(daemon) != 2 || daemon[0].PPID() != 1 || daemon[0].Session() != daemon[0].PID() || daemon[1].PPID() != daemon[0].PID() {
		t.Fatalf("an hour later: got %d processes, want the daemon and its sleep", len(daemon))
	}
	if got, want := run(m, "kill -0 $(cat d.pid) && kill $(cat d.pid); sleep 3; cat log; kill -0 $(cat d.pid)"), "stopping\n! sh: 1: kill: No such process\n= 1\n"; got != want {
		t.Errorf("stop: got %s want %s", got, want)
	}
}

func TestSignalsToGroups(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	f := m.Fleet()
	p := m.Start(Command{Line: "sleep 1000 & (sleep 1000; echo no) & nohup sleep 50 >/dev/null 2>&1 & wait; wait; wait; echo end"})
	f.Advance(time.Second)
	if n := len(m.Processes()); n != 5 {
		t.Fatalf("processes: got %d, want 5: %s", n, f.Describe())
	}
	m.SignalSession(p.Session(), HUP)
	f.Advance(2 * time.Second)
	left := m.Processes()
	if !p.Ended() || p.Status() != 129 || p.KilledBy() != HUP || len(left) != 1 || left[0].CommandLine() != "sleep 50" {
		t.Errorf("after HUP: got status %d and %s, want 129 and the sleep under nohup", p.Status(), f.Describe())
	}
	if !m.SignalGroup(p.Group(), TERM) || len(m.Processes()) != 0 || m.SignalGroup(p.Group(), 0) {
		t.Errorf("TERM to the group: got %s, want nothing left", f.Describe())
	}
}

func TestReboot(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	f := m.Fleet()
	changes := 0
	f.OnChange(func() { changes++ })
	ended := 0
	p := m.Start(Command{Line: "echo 1 >f; trap 'echo no >>f' TERM EXIT; sleep 100", Done: func(*Process) { ended++ }})
	f.Advance(time.Second)
	m.SetUp(false)
	f.Advance(time.Minute)
	if !p.Ended() || ended != 1 || len(m.Processes()) != 0 || m.Start(Command{Line: "true"}) != nil || f.Linked(m, m) || m.Uptime() != 0 {
		t.Errorf("down: got ended %v, told %d times, %d processes, want all ended and none begun", p.Ended(), ended, len(m.Processes()))
	}
	m.SetUp(true)
	f.Advance(2 * time.Minute)
	if got, want := run(m, "cat f"), "1\n= 0\n"; got != want || changes != 2 || m.Uptime() != time.Hour+time.Minute {
		t.Errorf("up again: got %s, %d changes, uptime %v, want %s, 2, 1h1m", got, changes, m.Uptime(), want)
	}
	other := f.Add(Config{Name: "r2"})
	m.SetCut(true)
	if f.Linked(m, other) || !f.Linked(m, m) || !f.Linked(other, other) {
		t.Errorf("cut: got linked, want each host alone")
	}
	m.SetCut(false)
	if !f.Linked(other, m) || changes != 4 {
		t.Errorf("joined: got not linked or %d changes, want 4", changes)
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	if got := run(m, "echo kept >f"); got != "= 0\n" {
		t.Fatalf("before: got %s", got)
	}
	m.SetFull(true)
	got := run(m, "echo more >>f; echo $?; echo other >g; echo $?; cat f; mkdir d 2>/dev/null; echo $?; echo kep1 1<>f; cat f g; rm f; echo $?")
	want := "1\n1\nkept\n1\nkep1\n0\n! sh: 1: I/O error: No space left on device\n! sh: 1: I/O error: No space left on device\n= 0\n"
	if got != want {
		t.Errorf("full: got %s want %s", got, want)
	}
	m.SetFull(false)
	if got := run(m, "echo x >g; cat g"); got != "x\n= 0\n" {
		t.Errorf("freed: got %s", got)
	}
	small := one(t, Config{DiskSize: 100_000})
	if got := run(small, "yes >big; echo $?; rm big; echo ok >f; cat f"); !strings.HasPrefix(got, "1\nok\n") || !strings.Contains(got, "No space left on device") {
		t.Errorf("disk of 100 KB: got %s", got)
	}
}

func TestSlow(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	m.SetSlow(10)
	p := m.Start(Command{Line: "sleep 1"})
	var end time.Duration
	p2 := m.Start(Command{Line: "true; true; /usr/bin/true", Done: func(p *Process) { end = p.Machine().Fleet().Now() }})
	m.Fleet().Advance(9 * time.Second)
	if p.Ended() || !p2.Ended() || end != 40*time.Millisecond {
		t.Errorf("ten times slower: got sleep 1 ended %v, /usr/bin/true at %v, want after 10s, 40ms", p.Ended(), end)
	}
	m.Fleet().Advance(11 * time.Second)
	if !p.Ended() {
		t.Errorf("sleep 1, ten times slower: got no end within 11s")
	}
}

func TestRunawaysAreCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, line, want string }{
		{"loop", "while :; do :; done", "killed: got 20000 steps while no time passed"},
		{"pipe", "yes | while read x; do :; done; echo $?", "killed: got 20000 steps"},
		{"recursion", "f() { f; }; f", "got more than 1000 commands within each other"},
		{"doubling", "x=aaaaaaaaaa; while :; do x=$x$x; done", "got more than 1048576 bytes of words"},
		{"variables", "x=$(printf %0100000d 1); i=0; while :; do i=$((i+1)); eval x$i=$x; done", "got more than 8388608 bytes of variables"},
		{"fork bomb", "b() { b | b & }; b; sleep 100; echo over", "Cannot fork"},
		{"braces", "bash -c 'echo {1..1000}{1..1000}{1..1000}'", ""},
		{"links", "ln -s a b; ln -s b a; cat a", "Too many levels of symbolic links"},
		{"substitution", "x=$(yes)", "got more than 1048576 bytes of a command substitution"},
		{"arithmetic", "x=x; echo $((x))", "Illegal number"},
		{"interpreter of itself", "printf '#!/home/rhino/s' >s; chmod +x s; ./s", "not found"},
		{"pattern", "x=$(printf %050000d 1); case $x in *0*0*0*0*0*0*0*2) echo no;; esac", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := one(t, Config{StepBudget: 20_000, ProcessLimit: 50})
			p := m.Start(Command{Line: c.line})
			m.Fleet().Advance(10 * time.Minute)
			_, stderr := p.Output()
			if !p.Ended() || !strings.Contains(string(stderr), c.want) {
				t.Errorf("%s: got ended %v, %.300q, want %q", c.line, p.Ended(), stderr, c.want)
			}
		})
	}
}

func TestNestingIsBounded(t *testing.T) {
	t.Parallel()
	for _, opener := range []string{
		"(", "$(", `"$(`, "{ ", "`", "${x:-", "$((", "if ", "! ", "a && ", "a | ", "case x in x) ", "f() ", "while ", "for i in a; do ", "((",
		"[[ ( ", "[[ ! ", "echo $((1+", "echo $((-", "x=(", "echo {a,", "eval ",
	} {
		for _, n := range []int{3000, 100_000} {
			m := one(t, Config{StepBudget: 20_000})
			p := m.Start(Command{Line: strings.Repeat(opener, n)})
			m.Fleet().Advance(time.Minute)
			if !p.Ended() {
				t.Errorf("%q %d times: got no end within a minute", opener, n)
			}
		}
	}
}

func TestOutputsAreBounded(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	p := m.Start(Command{Argv: []string{"much"}, Run: func(p *Process) int {
		block := bytes.Repeat([]byte("x"), 1<<20)
		for range 20 {
			if _, err := p.Stdout.Write(block); err != nil {
				return 1
			}
		}
		fmt.Fprint(p.Stdout, "end")
		return 0
	}})
	m.Fleet().Advance(time.Second)
	stdout, _ := p.Output()
	dropped, _ := p.Dropped()
	if len(stdout) != DefaultOutputLimit || !bytes.HasSuffix(stdout, []byte("end")) || dropped != 16<<20+3 {
		t.Errorf("20 MiB of output: got %d bytes, %d dropped, want the last %d", len(stdout), dropped, DefaultOutputLimit)
	}
}

// closer is a writer that knows when it is closed.
type closer struct {
	bytes.Buffer
	closed int
}

func (c *closer) Close() error {
	c.closed++
	return nil
}

func TestStreamsOfACommand(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	out, feed := &closer{}, NewFeed()
	p := m.Start(Command{Line: "read x; echo got $x; cat; sleep 100 & exit 3", Feed: feed, Stdout: out, Stderr: out})
	f := m.Fleet()
	f.Advance(time.Second)
	for _, text := range []string{"li", "ne\nre", "st"} {
		if _, err := io.WriteString(feed, text); err != nil {
			t.Fatal(err)
		}
		f.Advance(f.Now() + time.Second)
	}
	if got := out.String(); got != "got line\nrest" || p.Ended() {
		t.Errorf("fed: got %q, ended %v, want what came so far, and no end", got, p.Ended())
	}
	if err := feed.Close(); err != nil {
		t.Fatal(err)
	}
	f.Advance(f.Now() + time.Second)
	if !p.Ended() || p.Status() != 3 || out.closed != 0 {
		t.Errorf("end of input: got status %d, stdout closed %d times, want 3, and open for the job in the background", p.Status(), out.closed)
	}
	f.Advance(f.Now() + 2*time.Minute)
	if out.closed != 1 {
		t.Errorf("after the last process: got stdout closed %d times, want once", out.closed)
	}
}

func TestDaemonsLetGoOfWhatTheyRedirect(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	out := &closer{}
	p := m.Start(Command{Line: "x=$(nohup sleep 1000 >/dev/null 2>&1 & echo $!); kill -0 $x && echo running; exec >/dev/null; sleep 500", Stdout: out})
	m.Fleet().Advance(time.Minute)
	if got := out.String(); got != "running\n" || out.closed != 1 || p.Ended() {
		t.Errorf("a minute later: got %q, stdout closed %d times, ended %v, want it closed by the last who had it", got, out.closed, p.Ended())
	}
	if n := len(m.Processes()); n != 3 {
		t.Errorf("processes: got %d, want the daemon, with the pid that $! said, the shell and its sleep: %s", n, m.Fleet().Describe())
	}
}

func TestStayingModels(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	var jvm *Process
	m.Install("/opt/rhino/start.sh", func(p *Process) int {
		jvm = p.Spawn(Command{Argv: []string{"java", "-jar", "RhinoBoot.jar"}, Detached: true, Run: func(p *Process) int {
			p.Trap(func(s Signal) bool {
				if s != TERM {
					return false
				}
				p.Machine().Fleet().At(p.Machine().Fleet().Now()+5*time.Second, func() { p.Exit(0) })
				return true
			})
			p.Stay()
			return 1
		}})
		return 0
	})
	if got := run(m, "/opt/rhino/start.sh; pgrep -f RhinoBoot.jar >/dev/null && echo there"); got != "there\n= 0\n" {
		t.Fatalf("start: got %s", got)
	}
	if got := run(m, "kill "+fmt.Sprint(jvm.PID())); got != "= 0\n" || !jvm.Ended() || jvm.Status() != 0 {
		t.Errorf("stop: got %s ended %v status %d, want a clean end", got, jvm.Ended(), jvm.Status())
	}
}

func TestProgramPanicsComeOut(t *testing.T) {
	t.Parallel()
	m := one(t, Config{})
	m.Start(Command{Argv: []string{"bad"}, Run: func(*Process) int { panic("a mistake") }})
	defer func() {
		err, ok := recover().(*ProgramPanic)
		if !ok || err.Value != "a mistake" || err.Program != "bad" {
			t.Errorf("panic of a program: got %v, want it with the program's name", err)
		}
	}()
	m.Fleet().Advance(time.Second)
}
