package rhino

import (
	"slices"
	"strings"
	"testing"
	"time"

	"runbook/simulator/host"
	"runbook/simulator/model"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	two := []Node{{ID: 101, Host: "a"}, {ID: 102, Host: "b"}}
	for _, test := range []struct {
		cfg  Config
		want string
	}{
		{Config{Version: "1.0"}, `version: got "1.0", want 2.x or 3.x`},
		{Config{Home: "rhino"}, `home: got "rhino", want an absolute path`},
		{Config{Begin: "warm"}, `begin: got "warm", want one of stopped, running, cold`},
		{Config{Selector: TwoNode}, `selector: got "two-node" with 3 nodes, want two`},
		{Config{Selector: "dice"}, `selector: got "dice", want one of voting, two-node`},
		{Config{Desired: SLEEStarting}, `desired: got "starting", want one of running, stopped`},
		{Config{Activities: Activities{Each: -1}}, `activities: got -1 for 0s, want nothing below 0`},
		{Config{Nodes: []Node{}}, `nodes: got none, want at least one`},
		{Config{Nodes: []Node{{ID: 0, Host: "a"}}}, `nodes[0].id: got 0, want 1 to 32767`},
		{Config{Nodes: []Node{two[0], two[0]}}, `nodes[1].id: got 101 twice, want one node of each id`},
		{Config{Nodes: []Node{{ID: 1}}}, `nodes[0].host: got none, want the name of a host`},
		{Config{Nodes: []Node{{ID: 1, Host: "a", Dir: "/x"}, {ID: 2, Host: "a", Dir: "/x"}}}, `nodes[1].dir: got "/x", want another than that of node 1 on a`},
		{Config{Nodes: []Node{{ID: 1, Host: "a", Dir: "x"}}}, `nodes[0].dir: got "x", want an absolute path`},
		{Config{Nodes: []Node{{ID: 1, Host: "a", Quorum: true, SLEE: SLEERunning}}}, `nodes[0].slee: got "running" of a quorum node, want nothing: it has no SLEE`},
		{Config{Nodes: []Node{{ID: 1, Host: "a", SLEE: SLEERunning}}}, `nodes[0].slee: got "running" of a node that begins stopped, want it to begin running`},
		{Config{Nodes: []Node{{ID: 1, Host: "a", State: "odd"}}}, `nodes[0].state: got "odd", want one of new, stopped, halted, crashed, running`},
		{Config{Nodes: []Node{{ID: 1, Host: "a", Arguments: []string{"-q", "-s"}}}}, `nodes[0].arguments: got "-q -s", want options of start-rhino.sh: Option -s cannot be used with -q`},
		{Config{Begin: Cold, Nodes: []Node{{ID: 1, Host: "a", State: NodeCrashed}}}, `begin: got "cold" with node 1 crashed, want every node new`},
		{Config{Begin: Running, Nodes: []Node{{ID: 1, Host: "a", State: NodeCrashed}, {ID: 2, Host: "b", State: NodeHalted}, {ID: 3, Host: "c"}}}, `nodes: got node 3 running, and 1,2 that did not leave in good order, want a lower id to run: it would have shut itself down`},
		{Config{Faults: Faults{Nodes: []NodeFault{{Node: 9, Kind: NeverJoins}}}}, `faults.nodes[0].node: got 9, want a node of rhino1`},
		{Config{Faults: Faults{Nodes: []NodeFault{{Node: 101, Kind: "odd"}}}}, `faults.nodes[0].kind: got "odd", want one of crashes_starting, crashes_running, refuses_start, never_joins, hangs_in_shutdown, starts_late`},
		{Config{Faults: Faults{Nodes: []NodeFault{{Node: 101, Kind: CrashesRunning, Code: 256}}}}, `faults.nodes[0].code: got 256, want an exit status`},
		{Config{Faults: Faults{SLEE: []SLEEFault{{Node: 103, Kind: StuckStopping}}}}, `faults.slee[0].node: got 103, want an event-router node of rhino1`},
		{Config{Faults: Faults{Consoles: []ConsoleFault{{Host: "z", Kind: ConsoleSlow}}}}, `faults.consoles[0].host: got "z", want a host of rhino1`},
		{Config{Behaviour: Behaviour{Reform: "odd"}}, `behaviour.reform: got "odd", want one of majority, any`},
		{Config{Texts: Texts{ConsoleFailed: "no"}}, `texts.console_failed: got "no", want an exit status from 1 to 255`},
	} {
		f := host.NewFleet(host.FleetConfig{})
		_, err := New(f, test.cfg)
		f.Close()
		if err == nil || err.Error() != test.want {
			t.Errorf("New(%+v) = %v, want %s", test.cfg.Nodes, err, test.want)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	marks := []Mark{Documented, Code, Inferred, Memory, Chosen}
	seen := map[string]bool{}
	for _, s := range Settings() {
		if seen[s.Name] || !slices.Contains(marks, s.Mark) {
			t.Errorf("setting %+v: got it twice or with another mark, want a name and a mark", s)
		}
		seen[s.Name] = true
		kind, name, _ := strings.Cut(s.Name, ".")
		var c Config
		var err error
		switch kind {
		case "conventions":
			err = c.Conventions.Set(name, s.Default)
		case "texts":
			err = c.Texts.Set(name, s.Default)
		case "timings":
			err = c.Timings.Set(name, model.Fixed(time.Second))
		case "behaviour":
			err = c.Behaviour.Set(name, s.Choices[len(s.Choices)-1])
		}
		if err != nil {
			t.Errorf("Set(%s): %v", s.Name, err)
		}
	}
	var c Config
	for _, err := range []error{c.Conventions.Set("x", ""), c.Texts.Set("x", ""), c.Timings.Set("x", model.None), c.Behaviour.Set("x", "")} {
		if err == nil || !strings.Contains(err.Error(), `got "x", want one of`) {
			t.Errorf("Set(x) = %v, want the list of names", err)
		}
	}
}

// What is drawn is within its span, and another seed draws something else.
func TestDraw(t *testing.T) {
	t.Parallel()
	c, d := begin(t, Config{Seed: 1}), begin(t, Config{Seed: 2})
	same := 0
	for turn := range uint32(1000) {
		x := c.draw(model.Seconds(10, 20), forSLEE, 101, turn)
		if x < 10*time.Second || x > 20*time.Second || x%time.Millisecond != 0 {
			t.Fatalf("draw = %s, want 10s to 20s", x)
		}
		if x == d.draw(model.Seconds(10, 20), forSLEE, 101, turn) {
			same++
		}
	}
	if same > 10 {
		t.Errorf("draw: got the same %d times of 1000 from two seeds", same)
	}
}

// Four hundred nodes start at once, lose a tenth of their hosts, and shut down.
func TestManyNodes(t *testing.T) {
	t.Parallel()
	c := begin(t, Config{Begin: Cold, Nodes: many(400)})
	c.startAll("-p", "-s")
	c.fleet.Advance(10 * time.Minute)
	if len(c.components) != 1 || c.components[0].live != 400 {
		t.Fatalf("got %d components, want one with 400 nodes", len(c.components))
	}
	for i, m := range c.machines() {
		if i%10 == 9 {
			m.SetUp(false)
		}
	}
	c.fleet.Advance(11 * time.Minute)
	if k := c.components[0]; k.live != 360 || len(k.members) != 360 {
		t.Errorf("got %d live nodes and a membership of %d, want 360", k.live, len(k.members))
	}
	if status, _, stderr := c.run(c.nodes[0], c.shared(c.Conventions.Console), "shutdown"); status != 0 {
		t.Errorf("shutdown: got status %d: %s", status, stderr)
	}
	if what := c.wrong(); what != "" {
		t.Error(what)
	}
}

// In a world without timings everything happens at once, and nothing for ever.
func TestInstant(t *testing.T) {
	t.Parallel()
	c := begin(t, Config{Begin: Cold, Timings: Instant()})
	c.startAll("-p", "-s")
	c.fleet.Advance(time.Second)
	want := "node 101 event-router on host1: ready, SLEE running"
	if got := c.DescribeShort()[0]; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The two ways that a second primary component can be created.
func TestSecondPrimary(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		second string
		want   int
	}{{"split", 2}, {"join", 1}} {
		c := begin(t, Config{Begin: Cold, Behaviour: Behaviour{SecondPrimary: test.second}})
		for i, n := range c.nodes[:2] {
			c.fleet.Advance(time.Duration(i) * time.Minute)
			n.machine.Start(host.Command{Argv: []string{n.path(c.Conventions.StartScript), "-p"}})
		}
		c.fleet.Advance(3 * time.Minute)
		if got := len(c.components); got != test.want {
			t.Errorf("second_primary %s: got %d primary components, want %d", test.second, got, test.want)
		}
		if h := c.Hazards(); len(h) != 1 || h[0].Name != HazardPrimaryTwice {
			t.Errorf("second_primary %s: got %v, want one hazard", test.second, h)
		}
	}
}

// The documented example of getclusterstate, to the letter.
func TestClusterStateTable(t *testing.T) {
	t.Parallel()
	up := func(h, m, s int) string {
		return uptimeText(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + 999*time.Millisecond)
	}
	got := table([][]string{
		{"node-id", "active-alarms", "host", "node-type", "slee-state", "start-time", "up-time"},
		{"101", "0", "host1.domain.com", "event-router", "Stopped", "20080327 12:16:26", up(2, 40, 3)},
		{"102", "0", "host2.domain.com", "event-router", "Running", "20080327 12:16:30", up(2, 39, 59)},
		{"103", "0", "host3.domain.com", "quorum", "n/a", "20080327 14:36:25", up(0, 20, 4)},
	})
	want := `node-id   active-alarms   host               node-type      slee-state   start-time          up-time
--------  --------------  -----------------  -------------  -----------  ------------------  -----------------
     101               0   host1.domain.com   event-router      Stopped   20080327 12:16:26    0days,2h,40m,3s
     102               0   host2.domain.com   event-router      Running   20080327 12:16:30   0days,2h,39m,59s
     103               0   host3.domain.com         quorum          n/a   20080327 14:36:25    0days,0h,20m,4s
`
	if got != want {
		t.Errorf("getclusterstate: got\n%s\nwant\n%s", got, want)
	}
}

// A site may have every file elsewhere.
func TestConventions(t *testing.T) {
	t.Parallel()
	v := Conventions{
		NodeHome: "/srv/{id}", StartScript: "{home}/bin/start", StopScript: "/usr/bin/stop-{id}", StopArguments: "leave node={id}",
		HaltFile: "/var/run/rhino/{id}.halt", PrimaryFile: "{home}/primary", PidFile: "/var/run/rhino/{id}.pid", Log: "{base}/log/{id}.log",
		Process: "Boot.jar", ProcessHome: "none", ReadyLine: "is up", NotConnected: "No Rhino",
	}
	c := begin(t, Config{Begin: Cold, Conventions: v, Nodes: []Node{{ID: 7, Host: "h"}, {ID: 8, Host: "h"}}})
	n := c.nodes[0]
	for _, n := range c.nodes {
		argv := []string{"/srv/" + n.name + "/bin/start"}
		if n.spec.ID == 7 {
			argv = append(argv, "-p")
		}
		n.machine.Start(host.Command{Argv: argv, Detached: true})
	}
	c.fleet.Advance(2 * time.Minute)
	if got := c.DescribeShort(); got[0] != "node 7 event-router on h: ready, SLEE stopped" || !strings.HasPrefix(got[1], "node 8 event-router on h: ready") {
		t.Fatalf("got %q, want both ready", got)
	}
	status, stdout, stderr := c.run(n, "sh", "-c", "cat /srv/7/primary /var/run/rhino/7.pid; grep -c 'is up' /opt/rhino/log/7.log; ps ax | grep -c '[B]oot.jar'; /usr/bin/stop-7 leave node=8; ls /var/run/rhino")
	if status != 0 || !strings.Contains(stdout, "members=7,8") || !strings.Contains(stdout, "Shutdown successful") || !strings.Contains(stdout, "8.halt") {
		t.Errorf("got status %d, %s%s", status, stdout, stderr)
	}
	if _, _, stderr := c.run(n, "sh", "-c", "kill -9 $(cat /var/run/rhino/7.pid); /opt/rhino/client/bin/rhino-console state"); !strings.HasPrefix(stderr, "No Rhino:\n") {
		t.Errorf("console: got %q, want the site's words", stderr)
	}
}
