package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary the command itself where it is called by that name.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"runbook": main}) }
