package host

import (
	"strings"
	"testing"

	"runbook/effect"
)

func TestLocalRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	v := w.value(w.run([]string{"sh", "-c", "cat; echo b >&2; pwd"}, how("input", "in\n")))
	if got, want := v, (effect.Struct{{Name: "code", Value: int64(0)}, {Name: "stdout", Value: "in\n" + w.home + "\n"}, {Name: "stderr", Value: "b\n"}}); !effect.Equal(got, want) {
		t.Errorf("run = %v, want %v", got, want)
	}
}

func TestLocalKeyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Run: "r1"})
	r := w.change("k/1", []string{"sh", "-c", "echo x >>count; cat count; exit 3"})
	for range 3 {
		e := w.err(r)
		if e.Kind != effect.Exit || *e.Code != 3 || !strings.HasSuffix(e.Message, ": x") || strings.Contains(e.Message, "x\nx") {
			t.Fatalf("run = %+v, want status 3 of one run", e)
		}
	}
	if got := w.read("count"); got != "x\n" {
		t.Errorf("count = %q, want one line", got)
	}
}
