package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"runbook/effect"
	"runbook/simulator"
	"runbook/simulator/serve"
)

// long keeps what is under way from ending while a test looks.
const long = `timings = {"node_boot": "100h", "database_start": "100h", "database_stop": "100h"}`

// anExasol draws a beginning of an Exasol cluster, half-started ones included.
func anExasol() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		n := rapid.IntRange(1, 5).Draw(t, "nodes")
		state := rapid.SampledFrom([]string{"stopped", "running"}).Draw(t, "state")
		var nodes, databases, plugins []string
		down := 0
		for i := range n {
			power := rapid.SampledFrom([]string{"on", "off", "booting"}).Draw(t, "power")
			if power != "on" {
				if down++; state == "running" && 2*down >= n { // EXAStorage would not be up
					power = "on"
				}
			}
			flag := rapid.SampledFrom([]string{"active", "active", "to_install", "to_wipe"}).Draw(t, "flag")
			card := rapid.SampledFrom([]string{"True", "False"}).Draw(t, "card")
			nodes = append(nodes, fmt.Sprintf("simulate.node(%q, power = %q, flag = %q, card = %s)", fmt.Sprintf("n%04d", 11+i), power, flag, card))
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "databases") {
			said := rapid.SampledFrom([]string{"none", "setup", "startup", "running", "shutdown"}).Draw(t, "database")
			more := rapid.SampledFrom([]string{"", `, nodes = ["n0011"]`, `, operation = simulate.operation("Backup", lasts = "100h")`}).Draw(t, "more")
			databases = append(databases, fmt.Sprintf("simulate.database(%q, state = %q%s)", fmt.Sprintf("db%d", i), said, more))
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "plugins") {
			said := rapid.SampledFrom([]string{"stopped", "started"})
			plugins = append(plugins, fmt.Sprintf("simulate.plugin(%q, state = %q, on_nodes = %q)", fmt.Sprintf("Test.p%d-1.0", i), said.Draw(t, "here"), said.Draw(t, "there")))
		}
		return fmt.Sprintf("simulate.exaoperation(\"exa\", state = %q, nodes = [%s], databases = [%s], plugins = [%s], %s)",
			state, strings.Join(nodes, ", "), strings.Join(databases, ", "), strings.Join(plugins, ", "), long)
	})
}

// aRhino draws a beginning of a Rhino cluster.
func aRhino() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		slee := rapid.SampledFrom([]string{"", `, slee = "running"`, `, slee = "stopped"`, `, slee = "stopped", desired = "running"`, `, desired = "stopped"`})
		var nodes []string
		for i := range rapid.IntRange(1, 4).Draw(t, "nodes") {
			said := rapid.SampledFrom([]string{"new", "stopped", "halted", "crashed", "running", "running"}).Draw(t, "node")
			more := ""
			if i == 2 {
				more = ", quorum = True"
			} else if said == "running" {
				more = slee.Draw(t, "slee")
			}
			nodes = append(nodes, fmt.Sprintf("simulate.rhino_node(%d, begins = %q%s)", 101+i, said, more))
		}
		return fmt.Sprintf("simulate.rhino(\"rhi\", version = %q, desired = %q, nodes = [%s], timings = {\"console\": \"1ms\", \"console_command\": \"1ms\", \"slee_start\": \"100h\"})",
			rapid.SampledFrom([]string{"2.6", "3.2"}).Draw(t, "version"), rapid.SampledFrom([]string{"running", "stopped"}).Draw(t, "desired"), strings.Join(nodes, ", "))
	})
}

// TestSnapshotSeesWhatThereIs: the world of a snapshot begins as the world is
// that was read over the socket.
func TestSnapshotSeesWhatThereIs(t *testing.T) {
	t.Parallel()
	beginnings := []string{
		`simulate.exaoperation("exa", state = "running")`,
		`simulate.exaoperation("exa", state = "stopped")`,
		`simulate.exaoperation("exa", nodes = ["n0011", simulate.node("n0012", power = "on")], master = "n0012")`,
		`simulate.exaoperation("exa", state = "running", plugins = [simulate.plugin("Test.p-1.0", state = "not installed", on_nodes = "not installed")])`,
		`simulate.exaoperation("exa", state = "running", databases = [simulate.database("a", reserve = ["n0014"])])`,
		`simulate.exaoperation("exa", nodes = ["n0010"], license_servers = ["n0010"], state = "running")`,
		`simulate.rhino("rhi", begins = "cold")`,
		`simulate.rhino("rhi", begins = "stopped")`,
		`simulate.rhino("rhi", begins = "running", timings = {"console": "1ms", "console_command": "1ms"})`,
	}
	for i := range 40 {
		beginnings = append(beginnings, anExasol().Example(i))
	}
	for i := range 24 {
		beginnings = append(beginnings, aRhino().Example(i))
	}
	tried := 0
	for i, text := range beginnings {
		scenario, err := simulator.LoadScenario("beginning", []byte("systems = ["+text+"]"))
		if err != nil {
			continue // no cluster can be in that state
		}
		tried++
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := serveFor(t, scenario)
			got, written := s.snapshot(t)
			if diff := cmp.Diff(s.state(), got); diff != "" {
				t.Errorf("%s\nThe snapshot begins otherwise (-there +snapshot):\n%s\n%s", text, diff, written)
			}
		})
	}
	if tried < 55 {
		t.Errorf("got %d beginnings that can be, want more", tried)
	}
}

// A served world is shown on sockets, with a site for it.
type served struct {
	server *serve.Server
	app    *App
	site   string
	out    bytes.Buffer
	err    bytes.Buffer
}

func serveFor(t *testing.T, scenario *simulator.Scenario) *served {
	t.Helper()
	cfg := serve.Config{Scenario: scenario, User: "operator-7", Password: "open-sesame-7"}
	for _, system := range scenario.Systems {
		if system.Rhino != nil {
			cfg.SSH = serve.SSHConfig{Address: "127.0.0.1:0", Ports: true} // one address is one machine
		} else {
			cfg.HTTP = "127.0.0.1:0"
		}
	}
	server, err := serve.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	dir := t.TempDir()
	s := &served{server: server, site: filepath.Join(dir, "site.star")}
	password := filepath.Join(dir, "password")
	for name, text := range map[string]string{password: "open-sesame-7\n", s.site: server.Ready().Site(password)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.app = testApp(&s.out, &s.err)
	s.app.now = time.Now
	s.app.getenv = func(name string) string {
		return map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HOME": dir}[name]
	}
	return s
}

func (s *served) state() (lines []string) {
	s.server.Do(func(w *simulator.World) { lines = w.DescribeShort() })
	return lines
}

// snapshot reads the served world and makes another one of what was read.
func (s *served) snapshot(t *testing.T) (state []string, text string) {
	t.Helper()
	if status := s.app.run([]string{"snapshot", "-q", "--site", s.site}); status != 0 {
		t.Fatalf("snapshot: got status %d, want 0\n%s", status, s.err.String())
	}
	text = s.out.String()
	scenario, err := simulator.LoadScenario("snapshot", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	j, err := s.app.prepare(snapshotRunbook, &execOptions{site: s.site})
	if err != nil {
		t.Fatal(err)
	}
	world, err := worldOf(j, scenario, 0)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	defer world.Close()
	return world.DescribeShort(), text
}

// TestSnapshotTellsNothingOfTheSite: where systems are, who logs in and how is
// not in a snapshot.
func TestSnapshotTellsNothingOfTheSite(t *testing.T) {
	t.Parallel()
	scenario, err := simulator.LoadScenario("both", []byte(`systems = [
    simulate.exaoperation("exa", state = "running"),
    simulate.rhino("rhi", begins = "stopped", home = "/srv/rhino-7"),
]`))
	if err != nil {
		t.Fatal(err)
	}
	s := serveFor(t, scenario)
	_, text := s.snapshot(t)
	ready := s.server.Ready()
	for _, secret := range []string{
		"127.0.0.1", "operator-7", "open-sesame-7", "/srv/rhino-7", "http", filepath.Dir(s.site), ready.SSH.Fingerprint, ready.SSH.Key,
		ready.SSH.Hosts[0].Name, ready.SSH.Hosts[0].User + "@", "10.50.",
	} {
		if secret == "" || strings.Contains(text, secret) {
			t.Errorf("got %q in the scenario, want it to stay out:\n%s", secret, text)
		}
	}
}

// TestNewSight: what a site's own snapshot runbook returns is written, or refused.
func TestNewSight(t *testing.T) {
	t.Parallel()
	call := func(fields ...effect.Field) effect.Struct {
		return append(effect.Struct{{Name: maker, Value: "exaoperation"}}, fields...)
	}
	top := func(system effect.Value) effect.Value {
		return effect.Struct{{Name: "systems", Value: []effect.Value{system}}}
	}
	s, err := newSight(top(call(
		effect.Field{Name: "name", Value: "a"}, effect.Field{Name: "version", Value: nil},
		effect.Field{Name: "notes", Value: []effect.Value{"what\ncannot be read"}},
	)), time.Date(2024, 1, 31, 8, 0, 0, 0, time.UTC), 3)
	if err != nil {
		t.Fatal(err)
	}
	want := `"""a at 2024-01-31 08:00:00 UTC, as read by runbook snapshot."""

start = "2024-01-31 08:00:00"

systems = [
    # what cannot be read
    simulate.exaoperation(
        name = "a",
    ),
]
`
	if diff := cmp.Diff(want, s.text()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		value effect.Value
		want  string
	}{
		{"text", `got "text", want a dict`},
		{effect.Struct{}, "got no systems"},
		{top("a"), `got "a", want a dict with the key "simulate"`},
		{top(effect.Struct{{Name: "name", Value: "a"}}), `want a dict with the key "simulate"`},
		{top(effect.Struct{{Name: maker, Value: "x(1); y"}}), `want a dict with the key "simulate"`},
		{top(call(effect.Field{Name: "a b", Value: "c"})), `got the key "a b", want the name of a parameter`},
	} {
		if _, err := newSight(c.value, time.Time{}, 0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("newSight(%s): got %v, want %s", effect.Describe(c.value), err, c.want)
		}
	}
}
