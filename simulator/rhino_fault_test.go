package simulator

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// Each fault of a Rhino cluster shows in what commands see of it.
func TestFaultsOfRhinoShow(t *testing.T) {
	t.Parallel()
	const node = rhinoHome + "/node-101/"
	const console = rhinoHome + "/client/bin/rhino-console "
	ready := "grep 'started fully' " + node + "work/log/rhino.log"
	running := `ps -e -o args | grep '[R]hinoBoot.jar' | grep -c ` + rhinoHome + `/node-101`
	for _, c := range []struct {
		fault   string
		flags   []string
		command string
		after   time.Duration
		want    string // in its output, and what it must not have after "!"
	}{
		{`fault.host_down("host3")`, []string{"-p"}, ready, 3 * time.Minute, "started fully"},
		{`fault.rhino_crashes_in_start("tas", 101, after = "5s")`, []string{"-p"}, running, 3 * time.Minute, "0\n"},
		{`fault.rhino_crashes_in_start("tas", 101, times = 1)`, []string{"-p", "-k"}, running, 3 * time.Minute, "1\n"},
		{`fault.rhino_crashes("tas", 101, after = "1m")`, []string{"-p"}, running, 3 * time.Minute, "0\n"},
		{`fault.rhino_refuses_start("tas", 101, text = "no such port")`, []string{"-p"}, "tail -n 3 " + node + "work/log/console.log; ls " + node + "work", 3 * time.Minute, "halt_file"},
		{`fault.rhino_starts_late("tas", 101, by = "1m")`, []string{"-p"}, ready, 3 * time.Minute, "!started fully"},
		{`fault.rhino_database_gone("tas")`, []string{"-p"}, ready, 3 * time.Minute, "!started fully"},
		{`fault.console_refused("tas")`, []string{"-p"}, console + "getclusterstate 2>&1", 3 * time.Minute, "ogin"},
		{`fault.slee_start_fails("tas", 101)`, []string{"-p", "-s"}, console + "getsleeactualstate -nodes 101", 3 * time.Minute, "Node 101: Stopped"},
		{`fault.slee_start_stuck("tas", 101)`, []string{"-p", "-s"}, console + "getsleeactualstate -nodes 101", time.Hour, "Node 101: Starting"},
		{`fault.slee_start_stuck("tas", 101, lasts = "30m")`, []string{"-p", "-s"}, console + "getsleeactualstate -nodes 101", time.Hour, "Node 101: Running"},
	} {
		w := tas(t, coldCluster+"\nfaults = ["+c.fault+"]\n")
		o := &operator{world: w}
		if err := o.start(t.Context(), 101, c.flags...); err != nil {
			t.Errorf("%s: %v", c.fault, err)
			continue
		}
		w.Advance(w.Elapsed() + c.after)
		got := o.read(t.Context(), "host1", c.command)
		want, none := strings.CutPrefix(c.want, "!")
		if strings.Contains(got, want) == none {
			t.Errorf("%s: %s: got %q, want %q", c.fault, c.command, got, c.want)
		}
	}
}

func TestNodeThatNeverJoins(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"", `fault.rhino_never_joins("tas", 102, times = 1)`, `fault.rhino_never_joins("tas", 102, lasts = "1h")`} {
		w := tas(t, `systems = [simulate.rhino("tas", begins = "running", nodes = [
    simulate.rhino_node(101), simulate.rhino_node(102, begins = "halted"), simulate.rhino_node(103, quorum = True)])]
faults = [`+fault+"]\n")
		o := &operator{world: w}
		if err := o.start(t.Context(), 102); err != nil {
			t.Fatal(err)
		}
		w.Advance(10 * time.Minute)
		got := o.read(t.Context(), "host2", "grep 'started fully' "+rhinoHome+"/node-102/work/log/rhino.log")
		if (got == "") != (fault != "") {
			t.Errorf("%q: got %q", fault, got)
		}
		if !strings.Contains(fault, "lasts") {
			continue
		}
		w.Advance(70 * time.Minute)
		if got := o.read(t.Context(), "host2", "grep 'started fully' "+rhinoHome+"/node-102/work/log/rhino.log"); got == "" {
			t.Errorf("%q: the node has not joined when it was over", fault)
		}
	}
}

func TestConsoleSlow(t *testing.T) {
	t.Parallel()
	took := func(faults string) time.Duration {
		w := tas(t, `systems = [simulate.rhino("tas", begins = "running")]`+"\nfaults = ["+faults+"]\n")
		o := &operator{world: w}
		before := w.Elapsed()
		if got := o.read(t.Context(), "host1", rhinoHome+"/client/bin/rhino-console getclusterstate"); !strings.Contains(got, "101") {
			t.Errorf("%s: got %q", faults, got)
		}
		return w.Elapsed() - before
	}
	if d := took(`fault.console_slow("tas", by = "20s")`) - took(""); d != 20*time.Second {
		t.Errorf("a slow console took %v longer, want 20s", d)
	}
}

// Who has a clock of his own advances the world and meets its faults himself.
func TestServedHosts(t *testing.T) {
	t.Parallel()
	s, err := NewScenario("parts", starlark.StringDict{
		"hosts":  starlark.NewList([]starlark.Value{made(t, "simulate", "host", "x")}),
		"faults": starlark.NewList([]starlark.Value{made(t, "fault", "reply", "no")}),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Faults[0].Command, s.Faults[0].Nth = "date", 2
	s.HostFaults = []HostFault{{Host: "x", Kind: HostDown, At: time.Hour}, {Host: "nowhere", Kind: HostDown}}
	w, err := NewWorld(Config{Scenario: s})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i, want := range []Trouble{{}, {Effect: Reply, Code: 1, Text: "no"}, {}} {
		if got := w.MeetHost(w.Elapsed(), "x", "date -u"); got != want {
			t.Errorf("command %d: got %+v, want %+v", i+1, got, want)
		}
		if got := w.MeetHost(w.Elapsed(), "x", "uptime"); got != (Trouble{}) {
			t.Errorf("another command: got %+v", got)
		}
	}
	if got := w.MeetHost(w.Elapsed(), "y", "date"); got != (Trouble{}) {
		t.Errorf("no machine: got %+v", got)
	}
	if lines := w.DescribeShort(); len(lines) != 0 {
		t.Errorf("got %q, want nothing of a machine that is up", lines)
	}
	w.Advance(2 * time.Hour)
	w.Advance(time.Hour)
	if w.Fleet().Now() != 2*time.Hour || w.Fleet().Machine("x").Up() || strings.Join(w.DescribeShort(), "\n") != "host x: down" {
		t.Errorf("at %v: got %q, want a machine that is down", w.Fleet().Now(), w.DescribeShort())
	}
	// A key outlives the connection and not the machine: nothing else is asked of it.
	res, err := w.Perform(t.Context(), keyed(request("x", argv("date")), "1@1"))
	if err != nil || res.Err == nil || res.Err.Kind != effect.Unreachable || res.Err.Doubt {
		t.Errorf("got %+v, %v, want it unreachable, without a doubt", res.Err, err)
	}
}

// made calls a builtin of scenarios with one argument.
func made(t *testing.T, module, name, arg string) starlark.Value {
	t.Helper()
	m := Vocabulary()[module].(starlark.HasAttrs)
	fn, err := m.Attr(name)
	if err != nil {
		t.Fatal(err)
	}
	var v starlark.Value
	thread := &starlark.Thread{}
	caller := starlark.NewBuiltin("caller", func(thread *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		v, err = starlark.Call(thread, fn, starlark.Tuple{starlark.String(arg)}, nil)
		return v, err
	})
	if _, err := starlark.Call(thread, caller, nil, nil); err != nil {
		t.Fatal(err)
	}
	return v
}

// A SLEE that is stuck in a stop for a while stops in the end.
func TestSLEEStuckForAWhile(t *testing.T) {
	t.Parallel()
	w := tas(t, `systems = [simulate.rhino("tas", begins = "running")]
faults = [fault.slee_stuck("tas", 101, lasts = "30m")]`)
	o := &operator{world: w}
	const console = rhinoHome + "/client/bin/rhino-console "
	o.read(t.Context(), "host1", console+"stop -nodes 101")
	for _, want := range []string{"Node 101: Stopping", "Node 101: Stopped"} {
		w.Advance(w.Elapsed() + 20*time.Minute)
		if got := o.read(t.Context(), "host1", console+"getsleeactualstate -nodes 101"); !strings.Contains(got, want) {
			t.Errorf("after %v: got %q, want %q", w.Elapsed(), got, want)
		}
	}
	if got := w.Turns(); !slices.Equal(got, []Turn{{"tas", "SLEE stop", "101"}}) {
		t.Errorf("got the turns %v", got)
	}
}
