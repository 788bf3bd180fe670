package rhino

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/simulator/host"
	"runbook/simulator/model"
)

// A deed is something that is done to a cluster, and how much time passes then.
type deed struct {
	host  int
	line  string // for the host's shell; "" for what
	what  string // down, up, cut, join, full, free
	after time.Duration
}

// lines are what may be run; N stands for a node, ~ for the cluster's home.
var lines = []string{
	"~/node-N/start-rhino.sh", "~/node-N/start-rhino.sh -p -s", "~/node-N/start-rhino.sh -k", "~/node-N/start-rhino.sh -k -s",
	"~/node-N/start-rhino.sh -q", "~/node-N/start-rhino.sh -q -k", "~/node-N/start-rhino.sh -x", "~/node-N/start-rhino.sh -d -k",
	"~/node-N/start-rhino.sh -c N", "~/node-N/start-rhino.sh -q -s", "~/node-N/start-rhino.sh -l 2>&1 | ~/node-N/consolelog.sh",
	"~/node-N/stop-rhino.sh --kill", "~/node-N/stop-rhino.sh --node N", "~/node-N/stop-rhino.sh --cluster",
	"~/node-N/make-primary.sh", "~/node-N/dumpthreads.sh", "rm -rf ~/node-N/work", "rm ~/node-N/work/primary_component",
	"echo nonsense >~/node-N/work/primary_component", "echo members= >~/node-N/work/primary_component",
	"kill -9 $(cat ~/node-N/work/rhino.pid)", "kill $(cat ~/node-N/work/rhino.pid)", "kill -SEGV $(cat ~/node-N/work/rhino.pid)",
	"pkill -f start-rhino.sh", "~/rhino.sh start", "~/rhino.sh stop", "~/rhino.sh kill", "~/rhino.sh restart", "~/rhino.sh status", "~/slee.sh state",
	"~/client/bin/rhino-console start", "~/client/bin/rhino-console stop", "~/client/bin/rhino-console start -nodes N -ifneeded",
	"~/client/bin/rhino-console stop -nodes N -ifneeded", `~/client/bin/rhino-console stop -nodes N -reassignto ""`,
	"~/client/bin/rhino-console shutdown", "~/client/bin/rhino-console shutdown -nodes N", "~/client/bin/rhino-console shutdown -nodes N -restart",
	"~/client/bin/rhino-console shutdown -timeout 10", "~/client/bin/rhino-console kill -nodes N", "~/client/bin/rhino-console reboot -nodes N",
	"~/client/bin/rhino-console getclusterstate", "~/client/bin/rhino-console removepernodedesiredstate -all",
	"~/client/bin/rhino-console copypernodedesiredstate N N", "~/client/bin/rhino-console waittilconverged -timeout 60",
	"~/client/bin/rhino-console activateservice name=s,vendor=v,version=1", "~/client/bin/rhino-console listactivealarms",
	"~/create-node.sh 105",
}

func drawDeeds(t *rapid.T) []deed {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		d := deed{host: rapid.IntRange(0, 3).Draw(t, "host"), after: time.Duration(rapid.IntRange(0, 60_000).Draw(t, "ms")) * time.Millisecond}
		if rapid.IntRange(0, 5).Draw(t, "sort") == 0 {
			d.what = rapid.SampledFrom([]string{"down", "up", "up", "cut", "join", "join", "full", "free"}).Draw(t, "what")
			return d
		}
		d.line = strings.ReplaceAll(rapid.SampledFrom(lines).Draw(t, "line"), "~", "/opt/rhino")
		for strings.Contains(d.line, "N") {
			d.line = strings.Replace(d.line, "N", fmt.Sprint(rapid.IntRange(101, 104).Draw(t, "node")), 1)
		}
		return d
	}), 1, 25).Draw(t, "deeds")
}

func drawWorld(t *rapid.T) Config {
	cfg := Config{
		Seed:       rapid.Uint64Range(0, 9).Draw(t, "seed"),
		Begin:      rapid.SampledFrom([]Begin{Cold, Stopped, Running}).Draw(t, "begin"),
		Version:    rapid.SampledFrom([]string{"2.6", "3.2"}).Draw(t, "version"),
		Nodes:      []Node{{ID: 101, Host: "a"}, {ID: 102, Host: "b"}, {ID: 103, Host: "c", Quorum: true}, {ID: 104, Host: "c"}},
		Traffic:    rapid.Bool().Draw(t, "traffic"),
		Activities: Activities{Each: rapid.IntRange(0, 9).Draw(t, "activities"), Drain: 20 * time.Second},
		Services:   []Service{{Name: "s", Vendor: "v", Version: "1"}},
	}
	if cfg.Begin != Cold && rapid.Bool().Draw(t, "mixed") {
		drawStates(t, cfg.Nodes)
	}
	f := &cfg.Faults
	f.Nodes = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) NodeFault {
		return NodeFault{
			Node:  rapid.IntRange(101, 104).Draw(t, "node"),
			Kind:  rapid.SampledFrom([]NodeFaultKind{CrashesStarting, CrashesRunning, RefusesStart, NeverJoins, HangsInShutdown, StartsLate}).Draw(t, "kind"),
			After: time.Duration(rapid.IntRange(0, 60).Draw(t, "after")) * time.Second,
			At:    time.Duration(rapid.IntRange(0, 300).Draw(t, "at")) * time.Second,
			Code:  rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "code"),
			Times: rapid.IntRange(0, 2).Draw(t, "times"),
		}
	}), 0, 2).Draw(t, "node faults")
	if rapid.Bool().Draw(t, "database") {
		f.Database = []Window{{From: 30 * time.Second, For: 2 * time.Minute}}
	}
	if rapid.Bool().Draw(t, "slee") {
		f.SLEE = []SLEEFault{{Node: 102, Kind: StuckStopping, Times: 1}, {Node: 102, Kind: StuckStarting, Times: 1, For: time.Minute}, {Node: 101, Kind: StartFails, Times: 1}}
	}
	if rapid.IntRange(0, 3).Draw(t, "lock") == 0 {
		cfg.Timings.BootLock = model.Fixed(10 * time.Second)
	}
	return cfg
}

// drawStates lets nodes begin in different states, such that a cluster can be in them.
func drawStates(t *rapid.T, nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		n.State = rapid.SampledFrom([]State{NodeNew, NodeStopped, NodeHalted, NodeCrashed, NodeRunning, NodeRunning}).Draw(t, "state")
		if n.State != NodeRunning || n.Quorum {
			continue
		}
		n.SLEE = rapid.SampledFrom([]SLEE{SLEENone, SLEEStopped, SLEEStarting, SLEERunning, SLEEStopping}).Draw(t, "slee")
		n.Desired = rapid.SampledFrom([]SLEE{SLEENone, SLEEStopped, SLEERunning}).Draw(t, "desired")
		n.Arguments = rapid.SampledFrom([][]string{nil, {"-k"}, {"-k", "-s"}}).Draw(t, "arguments")
	}
	if last := &nodes[len(nodes)-1]; last.State == NodeCrashed || last.State == NodeHalted {
		return
	}
	for i := range nodes { // the last id may be the only one that runs
		if s := &nodes[i].State; *s == NodeCrashed || *s == NodeHalted {
			*s = NodeStopped
		}
	}
}

// do does one deed, and lets its time pass in steps of bit.
func (c *Cluster) do(d deed, bit time.Duration) *host.Process {
	var p *host.Process
	switch m := c.machines()[d.host%len(c.machines())]; d.what {
	case "":
		p = m.Start(host.Command{Line: d.line})
	case "down", "up":
		m.SetUp(d.what == "up")
	case "cut", "join":
		m.SetCut(d.what == "cut")
	default:
		m.SetFull(d.what == "full")
	}
	end := c.now() + d.after
	for c.now() < end && bit > 0 {
		c.fleet.Advance(min(c.now()+bit, end))
	}
	c.fleet.Advance(end)
	return p
}

// wrong says what must never be so, and is; "" if nothing is.
func (c *Cluster) wrong() string {
	twice := false
	for _, h := range c.Hazards() {
		twice = twice || h.Name == HazardPrimaryTwice
	}
	if len(c.components) > 1 && !twice {
		return "two primary components without a hazard"
	}
	inside, running := 0, 0
	for _, n := range c.nodes {
		if n.alive() && n.slee.state == SLEERunning {
			running++
		}
		switch {
		case n.alive() && n.comp == nil && n.slee.state != SLEEStopped:
			return "node " + n.name + " is outside of the primary component, and its SLEE is " + string(n.slee.state)
		case n.comp != nil && !n.alive():
			return "node " + n.name + " is a member, and not alive"
		case n.step == ready && !n.alive(), n.step == down && n.alive():
			return "node " + n.name + " is " + stepNames[n.step] + ", and its process is not"
		case n.comp != nil && !contains(n.comp.members, n):
			return "node " + n.name + " is in a component that does not know it"
		case n.comp != nil:
			inside++
		}
		if _, _, problem := n.marker(); problem == "" && n.step == ready && !n.machine.Full() && !n.flags.quorum && n.comp.mem == nil {
			return "node " + n.name + " is ready without a state"
		}
	}
	live := 0
	for _, k := range c.components {
		live += k.live
		if k.live != len(k.current()) || k.live == 0 {
			return fmt.Sprintf("%d live members of a component, counted %d", len(k.current()), k.live)
		}
	}
	if live != inside {
		return fmt.Sprintf("%d nodes inside, components have %d", inside, live)
	}
	if c.serving != running {
		return fmt.Sprintf("%d SLEEs running, counted %d", running, c.serving)
	}
	return ""
}

// Whatever is done, nothing that must never be so comes about.
func TestInvariants(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, d := range Dangers {
		known[d.Name] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		f := host.NewFleet(host.FleetConfig{})
		defer f.Close()
		c, err := New(f, drawWorld(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drawDeeds(t) {
			c.do(d, 0)
			if what := c.wrong(); what != "" {
				t.Fatalf("after %+v: %s\n%s", d, what, c.Describe())
			}
		}
		for _, h := range c.Hazards() {
			if !known[h.Name] || h.Detail == "" || h.At > c.now() {
				t.Fatalf("hazard: got %+v, want one of the list, in the past", h)
			}
		}
		if !utf8.ValidString(c.Describe()) {
			t.Fatalf("Describe: got %q, want UTF-8", c.Describe())
		}
	})
}

// play does the deeds, and tells all that came of them.
func play(t *rapid.T, cfg Config, deeds []deed, bit time.Duration) string {
	f := host.NewFleet(host.FleetConfig{})
	defer f.Close()
	c, err := New(f, cfg)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range deeds {
		if p := c.do(d, bit); p != nil {
			stdout, stderr := p.Output()
			fmt.Fprintf(&b, "%s: %v %d\n%s%s", d.line, p.Ended(), p.Status(), stdout, stderr)
		}
		b.WriteString(c.Describe())
	}
	fmt.Fprintf(&b, "%v\n%s", c.Hazards(), f.Describe())
	return b.String()
}

// The same seed gives the same bytes, and time may pass in one step or in many.
func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cfg, deeds := drawWorld(t), drawDeeds(t)
		want := play(t, cfg, deeds, 0)
		if diff := cmp.Diff(want, play(t, cfg, deeds, 0)); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
		if diff := cmp.Diff(want, play(t, cfg, deeds, 700*time.Millisecond)); diff != "" {
			t.Fatalf("one step and many differ:\n%s", diff)
		}
	})
}
