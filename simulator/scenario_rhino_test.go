package simulator

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/simulator/host"
	"runbook/simulator/model"
	"runbook/simulator/rhino"
)

func TestScenarioSaysHowRhinoBegins(t *testing.T) {
	t.Parallel()
	s := load(t, `
systems = [
    simulate.rhino(
        "tas", begins = "running", home = "/srv/rhino", version = "2.6", desired = "stopped", traffic = True, activities = 40, drain = "5m",
        nodes = [
            simulate.rhino_node(101, "r1", begins = "crashed", desired = "running", dir = "/srv/a", arguments = ["-k"], port = 1200),
            simulate.rhino_node(103, quorum = True),
        ],
        services = [simulate.rhino_service("SIP", "OpenCloud", "1.8", active = False)], entities = [simulate.rhino_entity("sip")],
        selector = "two-node", username = "me", password = "it", latency = "1ms",
        conventions = {"halt_file": "work/halted"}, timings = {"join": ("2s", "4s")}, behaviour = {"reform": "any"},
    ),
]
hosts = [simulate.host("r1", begins = "down", slow = 2.5, full = True, files = {"/etc/motd": ["hello", "you"]}, user = "tas", shell = "/bin/bash", latency = "5ms")]
faults = [
    fault.rhino_crashes_in_start("tas", 101, after = "3s", code = 3, times = 1),
    fault.rhino_crashes("tas", 101, at = "1h"),
    fault.rhino_refuses_start("tas", 101, text = "no"),
    fault.rhino_never_joins("tas", 103),
    fault.rhino_starts_late("tas", 101, by = "1m"),
    fault.rhino_hangs_in_shutdown("tas", 101),
    fault.rhino_database_gone("tas", at = "1m", lasts = "2m"),
    fault.slee_stuck("tas", 101, times = 2),
    fault.slee_start_fails("tas", 101),
    fault.console_slow("tas", by = "20s", host = "r1"),
    fault.console_refused("tas", times = 1),
    fault.host_down("r1", at = "1m", lasts = "5m"),
    fault.host_slow("host2", factor = 3),
    fault.host_disk_full("r1"),
    fault.host_cut("r1", at = "2m"),
    fault.lost_after(host = "r1", command = "start-rhino.sh", nth = 1, after = "1s"),
]
`)
	whole, err := s.completed(Config{}, true)
	if err != nil {
		t.Fatal(err)
	}
	want := rhino.Config{
		Name: "tas", Home: "/srv/rhino", Version: "2.6", Begin: rhino.Running, Desired: rhino.SLEEStopped, Traffic: true,
		Nodes: []rhino.Node{
			{ID: 101, Host: "r1", State: rhino.NodeCrashed, Desired: rhino.SLEERunning, Dir: "/srv/a", Arguments: []string{"-k"}, Port: 1200},
			{ID: 103, Host: "host2", Quorum: true},
		},
		Activities: rhino.Activities{Each: 40, Drain: 5 * time.Minute},
		Services:   []rhino.Service{{Name: "SIP", Vendor: "OpenCloud", Version: "1.8", Inactive: true}},
		Entities:   []rhino.Entity{{Name: "sip"}},
		Selector:   rhino.TwoNode, Username: "me", Password: "it",
		Conventions: rhino.Conventions{HaltFile: "work/halted"},
		Timings:     rhino.Timings{Join: model.Span{Min: 2 * time.Second, Max: 4 * time.Second}},
		Behaviour:   rhino.Behaviour{Reform: "any"},
		Faults: rhino.Faults{
			Nodes: []rhino.NodeFault{
				{Node: 101, Kind: rhino.CrashesStarting, After: 3 * time.Second, Code: 3, Times: 1},
				{Node: 101, Kind: rhino.CrashesRunning, At: time.Hour},
				{Node: 101, Kind: rhino.RefusesStart, Text: "no"},
				{Node: 103, Kind: rhino.NeverJoins},
				{Node: 101, Kind: rhino.StartsLate, After: time.Minute},
				{Node: 101, Kind: rhino.HangsInShutdown},
			},
			Database: []rhino.Window{{From: time.Minute, For: 2 * time.Minute}},
			SLEE:     []rhino.SLEEFault{{Node: 101, Kind: rhino.StuckStopping, Times: 2}, {Node: 101, Kind: rhino.StartFails}},
			Consoles: []rhino.ConsoleFault{
				{Host: "r1", Kind: rhino.ConsoleSlow, Late: 20 * time.Second},
				{Kind: rhino.ConsoleRefused, Times: 1},
			},
		},
	}
	if diff := cmp.Diff(want, *whole.Systems[0].Rhino); diff != "" {
		t.Error(diff)
	}
	wantHosts := []HostScenario{
		{
			Config: host.Config{Name: "r1", User: "tas", Shell: "/bin/bash"}, Down: true, Slow: 2.5, Full: true,
			Files: []HostFile{{"/etc/motd", "hello\nyou"}}, Latency: model.Fixed(5 * time.Millisecond),
		},
		{Config: host.Config{Name: "host2"}},
	}
	if diff := cmp.Diff(wantHosts, whole.Hosts, cmp.AllowUnexported(HostScenario{})); diff != "" {
		t.Error(diff)
	}
	wantFaults := []HostFault{
		{Host: "r1", Kind: HostDown, At: time.Minute, Lasts: 5 * time.Minute},
		{Host: "host2", Kind: HostSlow, Factor: 3},
		{Host: "r1", Kind: HostFull},
		{Host: "r1", Kind: HostCut, At: 2 * time.Minute},
	}
	if diff := cmp.Diff(wantFaults, whole.HostFaults); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Fault{{Effect: LostAfter, Host: "r1", Command: "start-rhino.sh", Nth: 1, After: time.Second}}, whole.Faults); diff != "" {
		t.Error(diff)
	}
	if len(s.Systems[0].Rhino.Faults.Nodes) != 0 || len(s.Hosts) != 1 || len(s.HostFaults) != 0 || s.Systems[0].Rhino.Nodes[1].Host != "" {
		t.Error("completing a scenario changed it")
	}
}

// rhinoSite is a site with a cluster of three nodes and a host of its own.
func rhinoSite() Config {
	return Config{
		Systems: []SystemSpec{
			{Name: "demo", URL: demoURL},
			{Name: "tas", Rhino: &RhinoSpec{
				Home: "/srv/rhino", Version: "3.1", Conventions: rhino.Conventions{HaltFile: "work/halted", Log: "work/log"},
				Nodes: []rhino.Node{{ID: 101, Host: "r1"}, {ID: 102, Host: "r2", Dir: "/srv/n2"}, {ID: 103, Host: "r3", Quorum: true}},
			}},
		},
		Hosts: []HostSpec{{Name: "db", Address: "ssh:10.0.0.1"}, {Name: "r1", Address: "ssh:r1"}, {Name: "also", Address: "ssh:10.0.0.1"}},
	}
}

func TestRhinoOfASite(t *testing.T) {
	t.Parallel()
	site := rhinoSite()
	for _, c := range []struct {
		src  string
		want func(*rhino.Config)
	}{
		{``, func(*rhino.Config) {}},
		{`systems = [simulate.rhino("tas", begins = "cold")]`, func(c *rhino.Config) { c.Begin = rhino.Cold }},
		{`systems = [simulate.rhino("tas", nodes = 3, home = "/opt/r", version = "2.6")]`, func(c *rhino.Config) { c.Home, c.Version = "/opt/r", "2.6" }},
		{`systems = [simulate.rhino("tas", conventions = {"log": "log"})]`, func(c *rhino.Config) { c.Conventions.Log = "log" }},
		{`systems = [simulate.rhino("tas", nodes = [simulate.rhino_node(102, begins = "new"), simulate.rhino_node(104)])]`, func(c *rhino.Config) {
			c.Nodes = []rhino.Node{{ID: 102, Host: "r2", Dir: "/srv/n2", State: rhino.NodeNew}, {ID: 104, Host: "host2"}}
		}},
	} {
		whole, err := load(t, c.src).completed(site, true)
		if err != nil {
			t.Errorf("%s: got %v", c.src, err)
			continue
		}
		spec := site.Systems[1].Rhino
		want := rhino.Config{Name: "tas", Home: spec.Home, Version: spec.Version, Nodes: spec.Nodes, Conventions: spec.Conventions}
		c.want(&want)
		got := *whole.system("tas").Rhino
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", c.src, diff)
		}
	}
	w, err := NewWorld(site)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.station("also") != w.station("db") || w.station("also") == nil || len(w.Fleet().Machines()) != 4 {
		t.Errorf("got %d machines, want db, r1, r2 and r3", len(w.Fleet().Machines()))
	}
}

func TestRhinoScenarioErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{`x = simulate.rhino("")`, `s.star:1:19: simulate.rhino: for parameter name: got "", want a name`},
		{`x = simulate.rhino("a", nodes = [simulate.rhino_node(1, "x"), simulate.rhino_node(1, "y")])`, `s.star:1:19: simulate.rhino: for parameter nodes: [1]: got a second node 1, want an id of its own`},
		{`x = simulate.rhino("a", begins = "up")`, `s.star:1:19: simulate.rhino: for parameter begins: got "up", want one of "stopped", "running", "cold"`},
		{`x = simulate.rhino("a", conventions = {"halt": "x"})`, `s.star:1:19: simulate.rhino: for parameter conventions: conventions: got "halt", want one of node_home, `},
		{`x = simulate.rhino("a", activities = -1)`, `s.star:1:19: simulate.rhino: for parameter activities: got -1, want a number that is not negative`},
		{`x = simulate.rhino_node(0, "h")`, `s.star:1:24: simulate.rhino_node: for parameter id: got 0, want a number from 1 on`},
		{`x = simulate.rhino_node(103, "h", quorum = True, slee = "running")`, `s.star:1:24: simulate.rhino_node: for parameter slee: got a state of the SLEE of quorum node 103, which runs none`},
		{`x = simulate.host("")`, `s.star:1:18: simulate.host: for parameter name: got "", want a name`},
		{`x = simulate.host("a", slow = 0)`, `s.star:1:18: simulate.host: for parameter slow: got 0, want a number above 0`},
		{`x = simulate.host("a", files = {"x": "y"})`, `s.star:1:18: simulate.host: for parameter files: got the path "x", want an absolute one`},
		{`hosts = [simulate.rhino("a")]`, `s.star: hosts: [0]: got simulate.rhino, want simulate.host`},
		{`systems = [simulate.host("a")]`, `s.star: systems: [0]: got simulate.host, want simulate.exaoperation or simulate.rhino`},
		{"hosts = [simulate.host(\"a\"), simulate.host(\"b\"),\nsimulate.host(\"a\")]", `s.star:2:14: simulate.host: for parameter name: got a second host "a", want a name of its own`},
		{`x = fault.lost_after(host = "a", method = "b")`, `s.star:1:21: fault.lost_after: got matchers of calls and of commands, want object and method, or host and command`},
		{`x = fault.gateway(host = "a")`, `s.star:1:18: fault.gateway: unexpected keyword argument "host"`},
		{`
systems = [simulate.rhino("tas", nodes = [simulate.rhino_node(101, "a"), simulate.rhino_node(103, "b", quorum = True)]), simulate.exaoperation("demo")]
faults = [
    fault.rhino_crashes("demo", 101),
    fault.rhino_never_joins("tas", 102),
    fault.slee_stuck("tas", 103),
    fault.console_slow("tas", by = "1s", host = "c"),
    fault.node_never_boots("tas", "n0011"),
]`, `s.star:4:24: fault.rhino_crashes: for parameter system: got "demo", want one of "tas"
s.star:5:28: fault.rhino_never_joins: for parameter node: got "102", want one of "101", "103" in system "tas"
s.star:6:21: fault.slee_stuck: for parameter node: got "103", want one of "101" in system "tas"
s.star:7:23: fault.console_slow: for parameter host: got "c", want one of "a", "b" in system "tas"
s.star:8:27: fault.node_never_boots: for parameter system: got "tas", want one of "demo"`},
	} {
		_, err := LoadScenario("s.star", []byte(c.src))
		var placed *ScenarioError
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &placed) {
			t.Errorf("%s\ngot  %v\nwant %s", c.src, err, c.want)
		}
	}
}

// What only a site can tell is checked when there is one.
func TestRhinoScenarioForTheWrongSite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{`faults = [fault.rhino_crashes("tas", 109)]`, `demo.star:1:30: fault.rhino_crashes: for parameter node: got "109", want one of "101", "102", "103" in system "tas"`},
		{`systems = [simulate.rhino("tas")]
faults = [fault.rhino_crashes("tas", 109)]`, `demo.star:2:30: fault.rhino_crashes: for parameter node: got "109", want one of "101", "102", "103" in system "tas"`},
		{`systems = [simulate.rhino("tas", nodes = [simulate.rhino_node(101, "x")])]`, `system "tas": node 101: got host "x" in the scenario and "r1" in the site, want the same`},
		{`faults = [fault.host_down("x"), fault.lost_after(host = "y"), fault.host_cut("also")]`, `demo.star:1:26: fault.host_down: for parameter host: got "x", want one of "db", "also", "r1", "r2", "r3"
demo.star:1:49: fault.lost_after: for parameter host: got "y", want one of "db", "also", "r1", "r2", "r3"`},
	} {
		site := rhinoSite()
		site.Scenario = load(t, c.src)
		_, err := NewWorld(site)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s\ngot  %v\nwant %s", c.src, err, c.want)
		}
	}
}
