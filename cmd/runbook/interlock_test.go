package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"runbook/builtins"
	"runbook/simulator/exaoperation"
	"runbook/simulator/rhino"
)

// keptAway says of every hazard of the simulators which interlock keeps it away,
// or why none can: because what it depends on cannot be read.
var keptAway = map[string]struct{ rule, why string }{
	exaoperation.HazardStorageStopped: {rule: "databases are down before EXAStorage stops"},
	exaoperation.HazardNodeDatabase:   {rule: "no database uses a node that goes down"},
	exaoperation.HazardNodeStorage:    {rule: "EXAStorage is down before a node goes"},
	exaoperation.HazardOperation:      {rule: "no operation is under way when a database stops"},
	exaoperation.HazardServices:       {rule: "services are OK before a database starts"},
	exaoperation.HazardFlag:           {rule: "a node that boots keeps its data"},
	exaoperation.HazardMasterFirst:    {rule: "the node that runs EXAoperation goes last"},
	exaoperation.HazardLicenseFirst:   {rule: "data nodes are off before a license server"},
	exaoperation.HazardPluginNamespace: {
		why: "no answer of EXAoperation tells in which namespace the process of a plugin runs",
	},
	rhino.HazardPrimaryTwice: {rule: "one primary component"},
	rhino.HazardMajority:     {rule: "a majority is left"},
	rhino.HazardOutage: {
		rule: "another SLEE runs before one that starts is relied on",
		why:  "where the SLEE of every node is to stop, only who stops it knows whether traffic is to be kept",
	},
	rhino.HazardStateDeleted: {rule: "the last per-node state is kept"},
	rhino.HazardKilled:       {rule: "the SLEE is stopped before a node is killed"},
	rhino.HazardActivities: {
		rule: "activities end before a shutdown ends them",
		why:  "where the SLEE is Stopping already, only the operator knows whether calls that do not end are to be ended",
	},
}

// TestEveryHazardHasARule: each hazard has an interlock, and a test that it comes
// about where that is lifted; or a reason why it cannot be known by reading.
func TestEveryHazardHasARule(t *testing.T) {
	t.Parallel()
	hazards := append([]string{}, exaoperation.HazardNames...)
	for _, d := range rhino.Dangers {
		hazards = append(hazards, d.Name)
	}
	rules := map[string]bool{}
	w := &workplace{}
	names, err := w.interlockNames()
	if err != nil {
		t.Fatal(err)
	}
	set, err := builtins.LoadInterlocks(w, names, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range set.Rules {
		rules[r.Name] = true
	}
	tests := ""
	for _, name := range []string{"exasol_test.star", "rhino_test.star"} {
		text, err := os.ReadFile(filepath.Join(repository, "runbooks", "interlocks", name))
		if err != nil {
			t.Fatal(err)
		}
		tests += string(text)
	}
	rest := maps.Clone(keptAway)
	for _, h := range hazards {
		k, known := keptAway[h]
		switch {
		case !known || k.rule == "" && k.why == "":
			t.Errorf("%s: got neither an interlock nor a reason why there is none", h)
		case k.rule != "" && !rules[k.rule]:
			t.Errorf("%s: got %q, which is no shipped interlock", h, k.rule)
		case k.rule != "" && (!strings.Contains(tests, `"`+k.rule+`"`) || !strings.Contains(tests, `"`+h+`"`)):
			t.Errorf("%s: got no test of %q in runbooks/interlocks", h, k.rule)
		}
		delete(rest, h)
	}
	for h := range rest {
		t.Errorf("%s: is no hazard of a simulator", h)
	}
}

// TestInterlocksCost: what the rules read for a change does not grow with the
// cluster, so that what they read in all grows no faster than the changes.
func TestInterlocksCost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("site.star", `systems = [exaoperation(name = "prod", url = "https://10.0.0.10/cluster1", user = "admin", password = secret(env = "P"))]`)
	reads := func(runbook, state string, nodes int, more ...string) int {
		t.Helper()
		scenario := filepath.Join(dir, state+strconv.Itoa(nodes)+".scenario.star")
		write(filepath.Base(scenario), `systems = [simulate.exaoperation("prod", state = "`+state+`", nodes = `+strconv.Itoa(nodes)+`, databases = 2)]`)
		args := []string{"exec", runbook, "-n", "--site", filepath.Join(dir, "site.star"), "--scenario", scenario}
		_, stderr, status := command(append(args, more...)...)
		found := regexp.MustCompile(`, (\d+) reads`).FindStringSubmatch(stderr)
		if status != 0 || found == nil {
			t.Fatalf("%s with %d nodes: got status %d\n%s", runbook, nodes, status, stderr)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		runbook, state string
		each           int // reads for a node that is switched on, or shut down
	}{{"exasol/startup.star", "stopped", 1}, {"exasol/shutdown.star", "running", 6}} {
		for _, nodes := range []int{10, 100, 400} {
			const once = 100 // for what is done once; and chance changes how often polls look
			cost := reads(c.runbook, c.state, nodes) - reads(c.runbook, c.state, nodes, "--without-interlocks")
			t.Logf("%s, %d nodes: %d reads more with interlocks", c.runbook, nodes, cost)
			if most := c.each*nodes + once; cost > most {
				t.Errorf("%s, %d nodes: got %d reads more with interlocks, want at most %d", c.runbook, nodes, cost, most)
			}
		}
	}
}
