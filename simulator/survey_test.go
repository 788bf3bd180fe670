package simulator

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is wrong with a scenario is said at once, and not what only follows from it.
func TestLoadScenarioFindsAllErrors(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		src  string
		want []string
	}{
		"arguments": {
			"systems = [simulate.exaoperation(name = \"a\", nodes = -1, bogus = 2)]\nfaults = [fault.node_boots_late(\"a\", by = \"x\", times = \"y\")]\n",
			[]string{
				"s:1:33: simulate.exaoperation: for parameter nodes: got -1, want 0 to 9989",
				"s:1:33: simulate.exaoperation: unexpected keyword argument \"bogus\"",
				"s:2:32: fault.node_boots_late: for parameter by: got \"x\", want a duration such as \"90s\" or \"1h30m\"",
				"s:2:32: fault.node_boots_late: for parameter times: got string, want int",
			},
		},
		"what is in what": {
			"systems = [simulate.exaoperation(name = 1, nodes = [simulate.node(\"n0011\", powr = 1)], databases = 1.5)]\n",
			[]string{
				"s:1:33: simulate.exaoperation: for parameter name: got int, want string",
				"s:1:33: simulate.exaoperation: for parameter databases: got float, want int, or list of simulate.database or names",
				"s:1:66: simulate.node: unexpected keyword argument \"powr\" (did you mean power?)",
			},
		},
		"names": {
			"systems = [simulate.exaoperaton(name = \"a\")]\nfaults = [fault.nothing(), fault.node_never_boots(\"b\", \"n0099\")]\nsed = 4\n",
			[]string{
				"s:1:20: module has no .exaoperaton field or method (did you mean .exaoperation?)",
				"s:2:16: module has no .nothing field or method",
				"s: got the global \"sed\", which means nothing here, want \"seed\" (or another name)",
			},
		},
		"names of the system": {
			"systems = [simulate.exaoperation(name = \"a\", nodes = 1)]\nfaults = [fault.node_never_boots(\"a\"), fault.node_never_boots(\"a\", \"n0099\")]\n",
			[]string{
				"s:2:33: fault.node_never_boots: missing argument for node",
				"s:2:62: fault.node_never_boots: for parameter node: got \"n0099\", want one of \"n0010\", \"n0011\" in system \"a\"",
			},
		},
		"an end": {
			"faults = [fault.node_never_boots(\"a\", 7)]\n[][1]\nfault.nothing()\n",
			[]string{
				"s:1:33: fault.node_never_boots: for parameter node: got int, want string",
				"s:3:6: module has no .nothing field or method",
				"s:2:3: index 1 out of range: empty list",
			},
		},
		"a list in itself": {
			"a = []\na.append(a)\nfault.node_never_boots(a, a, tims = a)\n",
			[]string{
				"s:3:23: fault.node_never_boots: for parameter system: got list, want string",
				"s:3:23: fault.node_never_boots: unexpected keyword argument \"tims\"",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadScenario("s", []byte(row.src))
			var got []string
			for _, e := range flat(err) {
				got = append(got, e.Error())
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("errors (-want +got)\n%s", diff)
			}
		})
	}
}

// flat are the errors that err joins.
func flat(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flat(e)...)
	}
	return all
}
