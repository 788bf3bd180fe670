package main

import (
	"testing"

	"runbook/builtins/rhino"
	simulated "runbook/simulator/rhino"
)

// TestConventions holds together two rooms that may not know each other: what a
// site can say of a Rhino installation, the simulated one takes.
func TestConventions(t *testing.T) {
	t.Parallel()
	defaults := map[string]string{}
	for _, s := range simulated.Settings() {
		defaults[s.Name] = s.Default
	}
	for _, l := range rhino.Listed {
		var c simulated.Conventions
		if err := c.Set(l.Name, l.Value); err != nil {
			t.Error(err)
		}
		if got := defaults["conventions."+l.Name]; got != l.Value {
			t.Errorf("conventions.%s: the simulated cluster has %q by default, a site %q", l.Name, got, l.Value)
		}
	}
}
