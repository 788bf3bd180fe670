package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator"
)

// timings are how long things took, by system.
type timings map[string]timing

// A timing is how long things took in one system.
type timing struct {
	settings map[string]time.Duration
	early    map[string]time.Duration // by how much nodes had booted before the last
}

func (t timings) clone() timings {
	c := timings{}
	for system, one := range t {
		c[system] = timing{maps.Clone(one.settings), one.early}
	}
	return c
}

// A lapse is how long something took as a run saw it: from the end of the last
// change that began it to the end of the wait that followed.
type lapse struct {
	setting      string
	change, wait *take
}

// lapsed are the settings, by the method that begins what they are about.
var lapsed = []struct{ method, setting string }{
	{"startupNode", "node_boot"},
	{"shutdownNode", "node_shutdown"},
	{"startEXAStorage", "storage_start"},
	{"stopEXAStorage", "storage_stop"},
	{"startDatabase", "database_start"},
	{"stopDatabase", "database_stop"},
}

// lapses are those that a run saw of a system.
func (g *reading) lapses(spec simulator.SystemSpec) []lapse {
	var list []lapse
	for _, l := range lapsed {
		var change *take
		for _, t := range g.takes {
			if t.request.Operation == l.method && t.result != nil && t.result.Err == nil && isOf(spec, t.request.Target) {
				if change == nil || t.ended > change.ended {
					change = t
				}
			}
		}
		if change == nil {
			continue
		}
		for _, t := range g.takes {
			if t.at >= change.ended && t.request.Kind == effect.KindPoll && t.asked != nil && isOf(spec, t.asked.Target) {
				if t.result.Err == nil {
					list = append(list, lapse{l.setting, change, t})
				}
				break
			}
		}
	}
	return list
}

// recordLeeway is by how much a rehearsal may be faster or slower.
const recordLeeway = time.Second

// mend sets the timings of what took longer, or less long, than in the run, and
// reports whether there was any.
func (t timings) mend(g *reading, acts map[effect.ID]*recordedAct) bool {
	mended := false
	for _, spec := range g.job.systems() {
		for _, l := range g.lapses(spec) {
			change, wait := acts[l.change.id], acts[l.wait.id]
			if change == nil || wait == nil {
				continue
			}
			was, is := l.wait.ended-l.change.ended, wait.ended-change.ended
			if off := (is - was).Abs(); off <= recordLeeway || off <= was/20 {
				continue
			}
			one, known := t[spec.Name]
			if !known {
				one = timing{settings: map[string]time.Duration{}}
			}
			before, known := one.settings[l.setting]
			if !known {
				before = is
			}
			one.settings[l.setting] = max(before+was-is, 0).Round(100 * time.Millisecond)
			switch {
			case known:
			case l.setting == "node_boot":
				one.early = early(l.wait)
			case l.setting == "database_start":
				one.settings["database_connect"] = 0
			}
			t[spec.Name] = one
			mended = true
		}
	}
	return mended
}

// notYet is what a wait for many shows of those that are still missing.
var notYet = regexp.MustCompile(`not yet: ([^;]*)`)

// early finds by how much nodes were there before the last, in what a wait for
// them shows.
func early(wait *take) map[string]time.Duration {
	seen := map[string]time.Duration{}
	var missing []string
	var last time.Duration
	for _, s := range wait.path() {
		text, _ := s.value.(string)
		if strings.Contains(text, " more") || s.silent {
			return nil
		}
		var now []string
		if m := notYet.FindStringSubmatch(text); m != nil {
			now = strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' })
		}
		for _, n := range missing {
			if !slices.Contains(now, n) {
				seen[n], last = s.at, s.at
			}
		}
		missing = now
	}
	for n, at := range seen {
		seen[n] = last - at
	}
	return seen
}

// call is what a scenario says of them: the earliest node boots as fast as the
// setting has it, the others later.
func (t timing) call(system string) (effect.Struct, []string) {
	var most time.Duration
	for _, d := range t.early {
		most = max(most, d)
	}
	var settings effect.Struct
	for _, name := range slices.Sorted(maps.Keys(t.settings)) {
		d := t.settings[name]
		if name == "node_boot" {
			d = max(d-most, 0)
		}
		settings = append(settings, effect.Field{Name: name, Value: effect.FormatDuration(d)})
	}
	var faults []string
	for _, n := range slices.Sorted(maps.Keys(t.early)) {
		if by := most - t.early[n]; by > 0 {
			faults = append(faults, faultCall("node_boots_late", effect.DescribeWhole(system), effect.DescribeWhole(n), namedArgument("by", by)))
		}
	}
	return settings, faults
}
