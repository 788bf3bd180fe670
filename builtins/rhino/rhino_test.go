package rhino_test

import (
	"testing"

	"runbook/builtins/builtinstest"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	builtinstest.RunFiles(t, "testdata/*.star")
}
