package model_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"runbook/simulator/model"
)

func TestSpan(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]model.Span{
		"15m to 25m": model.Seconds(900, 1500), "5s": model.Seconds(5, 5), "1.5s to 4s": model.Seconds(1.5, 4),
		"0s": model.None, "1m": model.Fixed(time.Minute),
	} {
		if got := s.String(); got != want {
			t.Errorf("String = %s, want %s", got, want)
		}
	}
	if got := model.Fixed(0); got != model.None {
		t.Errorf("Fixed(0) = %v, want None", got)
	}
}

// What a seed stands for never changes: recorded rehearsals rest on it.
func TestDrawIsForEver(t *testing.T) {
	t.Parallel()
	if got, want := model.Mix(0), uint64(0xe220a8397b1dcdaf); got != want {
		t.Errorf("Mix(0) = %#x, want %#x", got, want)
	}
	if got, want := model.Hash("a"), uint64(0xaf63dc4c8601ec8c); got != want {
		t.Errorf("Hash(a) = %#x, want %#x", got, want)
	}
	s := model.Seconds(10, 20)
	got := []time.Duration{
		s.Draw(1, 3, 101, 0), s.Draw(2, 3, 101, 0), s.Draw(1, 4, 101, 0), s.Draw(1, 3, 102, 0), s.Draw(1, 3, 101, 1),
		model.None.Draw(1, 3, 101, 0), model.Fixed(time.Minute).Draw(1, 3, 101, 0),
	}
	want := []time.Duration{12211 * time.Millisecond, 19205 * time.Millisecond, 16806 * time.Millisecond, 11180 * time.Millisecond, 17236 * time.Millisecond, 0, time.Minute}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Draw: -want +got:\n%s", diff)
	}
}

type pump struct {
	Name, Mode string
	Rise       model.Span
}

var (
	names = []model.Row[pump, string]{{"name", func(p *pump) *string { return &p.Name }, "main", "seen", "on its plate"}}
	rises = []model.Row[pump, model.Span]{{"rise", func(p *pump) *model.Span { return &p.Rise }, model.Seconds(1, 2), "guessed", ""}}
	modes = []model.ChoiceRow[pump]{{"mode", func(p *pump) *string { return &p.Mode }, []string{"slow", "fast"}, "guessed", ""}}
)

func TestSettings(t *testing.T) {
	t.Parallel()
	got := append(append(model.List("texts", names), model.List("timings", rises)...), model.ListChoices("behaviour", modes)...)
	want := []model.Setting{
		{Name: "texts.name", Default: "main", Mark: "seen", Note: "on its plate"},
		{Name: "timings.rise", Default: "1s to 2s", Mark: "guessed"},
		{Name: "behaviour.mode", Default: "slow", Choices: []string{"slow", "fast"}, Mark: "guessed"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("List: -want +got:\n%s", diff)
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	var p pump
	if err := model.Set("texts", names, &p, "name", "spare"); err != nil || p.Name != "spare" {
		t.Errorf("Set(name): got %q, %v, want spare", p.Name, err)
	}
	if err := model.Choose("behaviour", modes, &p, "mode", "fast"); err != nil || p.Mode != "fast" {
		t.Errorf("Choose(mode): got %q, %v, want fast", p.Mode, err)
	}
	for want, err := range map[string]error{
		`timings: got "x", want one of rise`:              model.Set("timings", rises, &p, "x", model.None),
		`behaviour: got "x", want one of mode`:            model.Choose("behaviour", modes, &p, "x", "fast"),
		`behaviour.mode: got "x", want one of slow, fast`: model.Choose("behaviour", modes, &p, "mode", "x"),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error: got %v, want %s", err, want)
		}
	}
}

// What was said stays, and what is left gets its default.
func TestFill(t *testing.T) {
	t.Parallel()
	p := pump{Name: "spare"}
	model.Fill(names, &p)
	model.Fill(rises, &p)
	if err := model.FillChoices("behaviour", modes, &p); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(pump{"spare", "slow", model.Seconds(1, 2)}, p); diff != "" {
		t.Errorf("Fill: -want +got:\n%s", diff)
	}
	if err := model.FillChoices("behaviour", modes, &pump{Mode: "x"}); err == nil {
		t.Error("FillChoices: got no error, want one for a word that is no choice")
	}
}
