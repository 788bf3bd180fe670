package simulator

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"

	"runbook/effect"
	"runbook/simulator/exaoperation"
	"runbook/simulator/model"
)

func load(t *testing.T, src string) *Scenario {
	t.Helper()
	s, err := LoadScenario("demo.star", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestScenarioSaysHowSystemsBegin(t *testing.T) {
	t.Parallel()
	s := load(t, `
_extra = [simulate.node("n00%d" % n, power = "on") for n in range(13, 15)]
systems = [
    simulate.exaoperation(
        name = "demo",
        url = "https://10.0.0.10/cluster1",
        state = "cold",
        nodes = [simulate.node("n0011", flag = "to_wipe", card = False, powered_at = "5m"), "n0012"] + _extra,
        license_servers = ["n0010", "n0009"],
        databases = [simulate.database(
            "exa_db1", state = "running", nodes = ["n0011", "n0012"], reserve = ["n0013"], port = 8564,
            backups = [simulate.backup(1, age = "1d", expires = "7d", usable = False)],
            operation = simulate.operation("Backup", lasts = "10m"), usage = 12,
        )],
        plugins = [simulate.plugin("Administration.vmware-tools-1", state = "stopped", namespace = "wrong", functions = {"START": "Start."})],
        volumes = [simulate.volume("v0000", redundancy = 1, readers = ["ops"]), simulate.volume("v0001", kind = "archive")],
        disks = [simulate.disk("d00_os", "disk-type-os", size = "50", devices = ["/dev/sda"])],
        logservices = [simulate.logservice(priority = "Warning", databases = ["exa_db1"])],
        users = [simulate.user("ops", role = "Administrator")],
        bucketfs = [], master = "n0009", candidates = ["n0010", "n0009"], entry = "n0010", version = "6.2.1",
        latency = "1ms", returns = {"startupNode": {"a": [1, 2.5, None, b"x"]}},
    ),
    simulate.exaoperation("second", databases = 2, latency = ("1ms", "3ms")),
]
seed = 7
start = "2024-03-31 01:00:00"
answers = {"power on": "no", "": "yes"}
print("two systems")
`)
	if len(s.Systems) != 2 || s.Seed != 7 || !s.Start.Equal(time.Date(2024, 3, 31, 1, 0, 0, 0, time.UTC)) || s.Printed[0] != "two systems" {
		t.Errorf("got %d systems, seed %d, start %v, printed %q", len(s.Systems), s.Seed, s.Start, s.Printed)
	}
	if diff := cmp.Diff([]ScriptedAnswer{{"power on", "no"}, {"", "yes"}}, s.Answers); diff != "" {
		t.Errorf("answers: %s", diff)
	}
	demo := s.Systems[0]
	want := SystemScenario{
		Name: "demo", URL: "https://10.0.0.10/cluster1", Latency: model.Fixed(time.Millisecond),
		Config: exaoperation.Config{
			Name: "demo", Version: "6.2.1", Begin: exaoperation.Cold,
			LicenseServers: []exaoperation.Node{{Name: "n0010"}, {Name: "n0009"}},
			Nodes: []exaoperation.Node{
				{Name: "n0011", Flag: exaoperation.ToWipe, NoCard: true, PoweredAt: 5 * time.Minute},
				{Name: "n0012"},
				{Name: "n0013", Power: exaoperation.PowerOn},
				{Name: "n0014", Power: exaoperation.PowerOn},
			},
			Master: "n0009", Candidates: []string{"n0010", "n0009"}, Entry: "n0010",
			Users: []exaoperation.User{{Login: "ops", Role: exaoperation.RoleAdministrator}},
			Databases: []exaoperation.Database{{
				Name: "exa_db1", State: exaoperation.DatabaseRunning, Nodes: []string{"n0011", "n0012"}, Reserve: []string{"n0013"}, Port: 8564, Usage: 12,
				Backups:   []exaoperation.Backup{{ID: 1, Age: 24 * time.Hour, Expires: 7 * 24 * time.Hour, Unusable: true}},
				Operation: exaoperation.Operation{Name: "Backup", For: 10 * time.Minute},
			}},
			Volumes: []exaoperation.Volume{{Name: "v0000", Redundancy: 1, Readers: []string{"ops"}}, {Name: "v0001", Kind: exaoperation.VolumeArchive}},
			Disks:   []exaoperation.Disk{{Name: "d00_os", Type: "disk-type-os", Size: "50", Devices: []string{"/dev/sda"}}},
			Plugins: []exaoperation.Plugin{{
				Name: "Administration.vmware-tools-1", State: exaoperation.PluginStopped, Namespace: exaoperation.NamespaceWrong,
				Functions: map[string]string{"START": "Start."},
			}},
			LogServices: []exaoperation.LogService{{Priority: exaoperation.Warning, Databases: []string{"exa_db1"}}},
			BucketFS:    []string{},
		},
	}
	got := demo
	got.Config.Behaviour.Returns = exaoperation.Returns{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("demo: %s", diff)
	}
	if got := demo.Config.Behaviour.Returns.StartupNode; got == nil {
		t.Error("startupNode answers nothing")
	}
	if second := s.Systems[1]; len(second.Config.Databases) != 2 || second.Latency != (model.Span{Min: time.Millisecond, Max: 3 * time.Millisecond}) {
		t.Errorf("second: got %+v", second)
	}
}

func TestScenarioSaysWhatGoesWrong(t *testing.T) {
	t.Parallel()
	s := load(t, `
systems = [simulate.exaoperation(name = "demo", plugins = ["Security.x-1"])]
faults = [
    fault.node_never_boots("demo", "n0013", times = 1),
    fault.node_boots_late("demo", node = "n0011", by = "20m"),
    fault.node_falls_over("demo", "n0012", after_boot = "1m"),
    fault.node_comes_up_suspended("demo", "n0012", times = 1),
    fault.node_flagged("demo", "n0011", at = "1h", flag = "to_wipe"),
    fault.storage_refuses("demo", text = "no"),
    fault.storage_fails("demo", times = 2),
    fault.storage_hangs("demo", lasts = "90m"),
    fault.storage_stop_hangs("demo", times = 1),
    fault.storage_lost("demo", at = "2h"),
    fault.database_not_connectible("demo", "exa_db1", lasts = "10m"),
    fault.database_start_fails("demo", "exa_db1", times = 1),
    fault.database_start_hangs("demo", "exa_db1", lasts = "1h"),
    fault.database_stop_hangs("demo", "exa_db1", times = 2),
    fault.database_in_backup("demo", "exa_db1", lasts = "25m"),
    fault.database_disappears("demo", "exa_db1", at = "1h"),
    fault.database_crashes("demo", "exa_db1", at = "1h"),
    fault.exaoperation_unreachable("demo", at = "5m", lasts = "2m", how = "gateway"),
    fault.exaoperation_moved("demo", "n0011", at = "7m"),
    fault.exaoperation_moved("demo", "n0012"),
    fault.wrong_password("demo", user = "ops"),
    fault.service_down("demo", "Lockd", at = "1m", lasts = "1m"),
    fault.plugin_fails("demo", "Security.x-1", "START", node = "n0010"),
    fault.lost_before(method = "startupNode", nth = 2),
    fault.slow(by = "5s", object = "storage/", takes_effect = "after", probability = 0.5),
    fault.reply(text = "no", system = "demo"),
    fault.answer(["n0011", 3], method = "getNodeList"),
]
`)
	whole, err := s.completed(Config{}, true)
	if err != nil {
		t.Fatal(err)
	}
	c := whole.Systems[0].Config
	want := exaoperation.Faults{
		Nodes: []exaoperation.NodeFault{
			{Node: "n0013", Kind: exaoperation.NeverBoots, Times: 1},
			{Node: "n0011", Kind: exaoperation.BootsLate, Late: 20 * time.Minute},
			{Node: "n0012", Kind: exaoperation.FallsOver, After: time.Minute},
			{Node: "n0012", Kind: exaoperation.Suspends, Times: 1},
			{Node: "n0011", Kind: exaoperation.Flagged, At: time.Hour, Flag: exaoperation.ToWipe},
		},
		Storage: []exaoperation.StorageFault{
			{Kind: exaoperation.StorageRefuses, Text: "no"},
			{Kind: exaoperation.StorageFails, Times: 2},
			{Kind: exaoperation.StorageHangs, For: 90 * time.Minute},
			{Kind: exaoperation.StorageStopHangs, Times: 1},
			{Kind: exaoperation.StorageLost, At: 2 * time.Hour},
		},
		Databases: []exaoperation.DatabaseFault{
			{Database: "exa_db1", Kind: exaoperation.NotConnectible, For: 10 * time.Minute},
			{Database: "exa_db1", Kind: exaoperation.StartFails, Times: 1},
			{Database: "exa_db1", Kind: exaoperation.StartHangs, For: time.Hour},
			{Database: "exa_db1", Kind: exaoperation.StopHangs, Times: 2},
			{Database: "exa_db1", Kind: exaoperation.Busy, For: 25 * time.Minute},
			{Database: "exa_db1", Kind: exaoperation.Disappears, At: time.Hour},
			{Database: "exa_db1", Kind: exaoperation.Crashes, At: time.Hour},
		},
		Interface: []exaoperation.InterfaceFault{
			{Kind: exaoperation.Gateway, From: 5 * time.Minute, For: 2 * time.Minute},
			{Kind: exaoperation.Moves, From: 7 * time.Minute, Node: "n0011"},
		},
		Passwords: []exaoperation.PasswordFault{{User: "ops"}},
		Services:  []exaoperation.ServiceFault{{Service: "Lockd", From: time.Minute, For: time.Minute}},
		Plugins:   []exaoperation.PluginFault{{Plugin: "Security.x-1", Node: "n0010", Command: "START"}},
	}
	if diff := cmp.Diff(want, c.Faults); diff != "" {
		t.Error(diff)
	}
	if c.Master != "n0012" {
		t.Errorf("got the master %q, want n0012", c.Master)
	}
	wantFaults := []Fault{
		{Effect: LostBefore, Method: "startupNode", Nth: 2},
		{Effect: Slow, Object: "/storage", Delay: 5 * time.Second, Before: true, Probability: 0.5},
		{Effect: Reply, System: "demo", Code: -1, Text: "no"},
		{Effect: Answer, Method: "getNodeList", Value: []effect.Value{"n0011", int64(3)}},
	}
	if diff := cmp.Diff(wantFaults, whole.Faults); diff != "" {
		t.Error(diff)
	}
	if len(s.Systems[0].Config.Faults.Nodes) != 0 {
		t.Error("completing a scenario changed it")
	}
}

func TestScenarioErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{`systems = [simulate.node(3)]`, `s.star:1:25: simulate.node: for parameter name: got int, want string`},
		{`systems = [simulate.node("n0011", powered_at = "soon")]`, `s.star:1:25: simulate.node: for parameter powered_at: got "soon", want a duration such as "90s" or "1h30m"`},
		{`systems = [simulate.node("n0011", powered_at = "-1s")]`, `s.star:1:25: simulate.node: for parameter powered_at: got "-1s", want a duration that is not negative`},
		{`x = simulate.node("n0011", power = "up")`, `s.star:1:18: simulate.node: for parameter power: got "up", want one of "off", "booting", "on"`},
		{`x = simulate.node("n0011", color = "red")`, `s.star:1:18: simulate.node: unexpected keyword argument "color"`},
		{`x = simulate.exaoperation("a", nodes = ["n0011", 12])`, `s.star:1:26: simulate.exaoperation: for parameter nodes: [1]: got int, want simulate.node or a name`},
		{`x = simulate.exaoperation("a", nodes = 10000)`, `s.star:1:26: simulate.exaoperation: for parameter nodes: got 10000, want 0 to 9989`},
		{`x = simulate.exaoperation("a", users = ["me"])`, `s.star:1:26: simulate.exaoperation: for parameter users: [0]: got string, want simulate.user`},
		{`x = simulate.exaoperation("a", latency = ("2s", "1s"))`, `s.star:1:26: simulate.exaoperation: for parameter latency: got a longest time below the shortest, want (shortest, longest)`},
		{`x = simulate.exaoperation("")`, `s.star:1:26: simulate.exaoperation: for parameter name: got "", want a name`},
		{`x = simulate.exaoperation("a", returns = {"startNode": 1})`, `s.star:1:26: simulate.exaoperation: for parameter returns: got "startNode", want one of "startupNode", "shutdownNode", "stopEXAStorage", "stopDatabase", "addUser"`},
		{`systems = [simulate.node("n0011")]`, `s.star: systems: [0]: got simulate.node, want simulate.exaoperation`},
		{`systems = 3`, `s.star: systems: got int, want a list of simulate.exaoperation`},
		{`system = []`, `s.star: got the global "system", which means nothing here, want "systems" (or another name)`},
		{`faults = [simulate.node("n0011")]`, `s.star: faults: [0]: got simulate.node, want fault.*`},
		{`seed = 0`, `s.star: seed: got 0, want an integer from 1 on`},
		{`start = "tomorrow"`, `s.star: start: got "tomorrow", want a time such as "2024-01-31 08:00:00", in UTC`},
		{`answers = {"a": 1}`, `s.star: answers: a: got int, want string`},
		{`x = fault.slow(by = "1s", probability = 2)`, `s.star:1:15: fault.slow: for parameter probability: got 2, want a number from 0 to 1`},
		{`x = fault.node_falls_over("a", "n0011")`, `s.star:1:26: fault.node_falls_over: got neither at nor after_boot, want either at or after_boot`},
		{"x = 1 +\n", `s.star:1:8: got newline, want primary expression`},
		{"x = y\nz = w\n", "s.star:1:5: undefined: y\ns.star:2:5: undefined: w"},
		{`
systems = [simulate.exaoperation("demo")]
faults = [
    fault.node_never_boots("demo", "n0099"),
    fault.lost_before(system = "prod"),
    fault.database_crashes("demo", "db"),
    fault.plugin_fails("demo", "x", "START"),
]`, `s.star:4:27: fault.node_never_boots: for parameter node: got "n0099", want one of "n0010", "n0011", "n0012", "n0013", "n0014" in system "demo"
s.star:5:22: fault.lost_before: for parameter system: got "prod", want one of "demo"
s.star:6:27: fault.database_crashes: for parameter database: got "db", want one of "exa_db1" in system "demo"
s.star:7:23: fault.plugin_fails: for parameter plugin: got "x", want no plugin: there is none in system "demo"`},
		{`
systems = [simulate.exaoperation("a", nodes = ["x1"])]`, `s.star:2:33: simulate.exaoperation: `},
		{`
def f(n):
    return [f2(n) for _ in range(1000000000)]
def f2(n):
    return n
x = f(1)`, `Starlark computation cancelled: too many steps`},
	} {
		_, err := LoadScenario("s.star", []byte(c.src))
		var placed *ScenarioError
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &placed) {
			t.Errorf("%s\ngot  %v\nwant %s", c.src, err, c.want)
		}
	}
}

func TestScenarioErrorKeepsItsCause(t *testing.T) {
	t.Parallel()
	_, err := LoadScenario("s.star", []byte("def f():\n    fail('no')\nf()\n"))
	var cause *starlark.EvalError
	if !errors.As(err, &cause) || !strings.HasPrefix(err.Error(), "s.star:2:9: fail: no") {
		t.Errorf("got %v, want an EvalError at 2:9", err)
	}
}

func TestScenarioForASite(t *testing.T) {
	t.Parallel()
	site := []SystemSpec{
		{Name: "one", URL: "https://10.0.0.10/cluster1", Plugins: []string{"Security.x-1"}},
		{Name: "two", URL: "https://10.0.1.10/cluster1", LicenseServers: []string{"n0010", "n0009"}},
	}
	s := load(t, `faults = [fault.node_never_boots("two", "n0014")]`)
	w, err := NewWorld(Config{Scenario: s, Systems: site})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Systems(); len(got) != 2 || got[1].URL != site[1].URL {
		t.Errorf("got %d systems", len(got))
	}
	if _, err := NewWorld(Config{Scenario: load(t, `faults = [fault.lost_after(system = "three")]`), Systems: site}); err == nil ||
		!strings.Contains(err.Error(), `demo.star:1:27: fault.lost_after: for parameter system: got "three", want one of "one", "two"`) {
		t.Errorf("got %v", err)
	}
	named := load(t, `systems = [simulate.exaoperation("two")]`)
	if w, err = NewWorld(Config{Scenario: named, Systems: site}); err != nil || w.Systems()[0].URL != site[1].URL {
		t.Errorf("got %v, want the site's URL", err)
	}
	twice := load(t, `systems = [simulate.exaoperation("two"), simulate.exaoperation("other", url = "https://10.0.1.10/cluster1")]`)
	if _, err = NewWorld(Config{Scenario: twice, Systems: site}); err == nil || !strings.Contains(err.Error(), `system "other": got the name or the URL of system "two"`) {
		t.Errorf("got %v", err)
	}
	if _, err = NewWorld(Config{Systems: []SystemSpec{{Name: "x", URL: "ftp://x"}}}); err == nil || !strings.Contains(err.Error(), `system "x": got the URL "ftp://x", want one such as`) {
		t.Errorf("got %v", err)
	}
}

func FuzzLoadScenario(f *testing.F) {
	f.Add([]byte(`systems = [simulate.exaoperation("demo", nodes = 2)]`))
	f.Add([]byte(`faults = [fault.slow(by = "1s")]` + "\nseed = 3\n"))
	f.Add([]byte(`answers = {"": "no"}`))
	f.Add([]byte(`systems = [simulate.rhino("tas", nodes = 2)]` + "\nhosts = [simulate.host(\"host1\", slow = 2)]"))
	f.Add([]byte(`faults = [fault.host_down("a", at = "1s"), fault.rhino_crashes("tas", 101)]`))
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1000 {
			return
		}
		if s, err := LoadScenario("f.star", src); (s == nil) == (err == nil) {
			t.Errorf("got both or neither of %v and %v", s, err)
		}
	})
}
