package host

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// talkTo runs an interactive shell that gets its lines one by one, with a
// minute between them.
func talkTo(t *testing.T, d Dialogue, lines ...string) (stdout, stderr string, status int) {
	t.Helper()
	fleet := NewFleet(FleetConfig{})
	t.Cleanup(fleet.Close)
	m := fleet.Add(Config{Name: "r1"})
	feed := NewFeed()
	var out, errors strings.Builder
	p := m.Start(Command{Argv: []string{"-sh"}, Run: Interactive(d), Feed: feed, Stdout: &out, Stderr: &errors})
	for i, line := range lines {
		fleet.Advance(time.Duration(i+1) * time.Minute)
		switch line {
		case "^C":
			m.SignalGroup(p.PID(), INT)
		case "^D":
			feed.End()
		default:
			_, _ = feed.Write([]byte(line)) // the shell may have ended
		}
	}
	fleet.Advance(time.Duration(len(lines)+1) * time.Minute)
	_ = feed.Close()
	fleet.Advance(time.Duration(len(lines)+2) * time.Minute)
	if !p.Ended() {
		t.Fatalf("%q: the shell has not ended; it printed %q", lines, out.String())
	}
	return out.String(), errors.String(), p.Status()
}

// A shell on a pipe goes on with its lines as they come, until one is wrong.
func TestInteractiveOnAPipe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines       []string
		out, errors string
		status      int
	}{
		{nil, "", "", 0},
		{[]string{"x=1; cd /tmp\n", "echo $x\n", "pwd"}, "1\n/tmp\n", "", 0},
		{[]string{"read -r a\n", "data\n", "echo \"<$a>\"\n"}, "<data>\n", "", 0},
		{[]string{"for i in 1 2\n", "do echo $i\n", "done\n"}, "1\n2\n", "", 0},
		{[]string{"cat <<E\n", "text\n", "E\n", "echo more\n"}, "text\nmore\n", "", 0},
		{[]string{"exit 3\n", "echo never\n"}, "", "", 3},
		{[]string{"set -e\n", "false\n", "echo never\n"}, "", "", 1},
		{[]string{"echo )\n", "echo never\n"}, "", "syntax", 2},
		{[]string{"if true\n"}, "", "syntax", 2},
	} {
		out, errors, status := talkTo(t, Dialogue{}, c.lines...)
		if out != c.out || status != c.status || strings.Contains(errors, "Syntax error") != (c.errors != "") {
			t.Errorf("%q: got %q, %q, %d, want %q, %q, %d", c.lines, out, errors, status, c.out, c.errors, c.status)
		}
	}
}

// A shell with a user prompts, and survives what would end a script.
func TestInteractiveWithPrompt(t *testing.T) {
	t.Parallel()
	const p = "rhino@r1:~$ "
	for _, c := range []struct {
		lines []string
		out   string
		ran   string
	}{
		{nil, p + "exit\n", ""},
		{[]string{"cd /\n", "echo a\n"}, p + "rhino@r1:/$ a\nrhino@r1:/$ exit\n", "cd / 0; echo a 0; "},
		{[]string{"echo )\n", "echo $?\n"}, p + p + "2\n" + p + "exit\n", "echo ) 2; echo $? 0; "},
		{[]string{"echo ${x?}; echo never\n", "echo b\n"}, p + p + "b\n" + p + "exit\n", "echo ${x?}; echo never 2; echo b 0; "},
		{[]string{"sleep 1000000; echo never\n", "^C", "echo $?\n"}, p + "\n" + p + "130\n" + p + "exit\n", "sleep 1000000; echo never 130; echo $? 0; "},
		{[]string{"^C", "echo c\n"}, p + "\n" + p + "c\n" + p + "exit\n", "echo c 0; "},
		{[]string{"cat\n", "d\n", "^D", "echo e\n"}, p + "d\n" + p + "e\n" + p + "exit\n", "cat 0; echo e 0; "},
		{[]string{"false\n", "^D"}, p + p + "exit\n", "false 1; "},
		{[]string{"(exit 4)\n", "exit\n"}, p + p, "(exit 4) 4; exit 4; "},
		{[]string{"if true\n", "then echo f; fi\n"}, p + "> f\n" + p + "exit\n", "if true\nthen echo f; fi 0; "},
		{[]string{"\n", "exit\n"}, p + p, "exit 0; "},
	} {
		ran := ""
		out, errors, _ := talkTo(t, Dialogue{Prompt: true, Ran: func(line string, status int) { ran += fmt.Sprint(line, " ", status, "; ") }}, c.lines...)
		if out != c.out || ran != c.ran {
			t.Errorf("%q: got %q, ran %q, want %q, ran %q (stderr %q)", c.lines, out, ran, c.out, c.ran, errors)
		}
	}
}
