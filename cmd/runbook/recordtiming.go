package main

import (
	"fmt"
	"maps"
	"path"
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
	nodes        []string // that were told to begin
}

// end is when it was over: when the last of the nodes was there, as far as the
// wait shows that.
func (l *lapse) end(wait *recordedAct) time.Duration {
	var last time.Duration
	for n, at := range arrivals(wait.path()) {
		if slices.Contains(l.nodes, n) {
			last = max(last, at)
		}
	}
	if last == 0 {
		return wait.ended
	}
	return wait.at + last
}

// lapsed are the settings, by the method that begins what they are about.
var lapsed = []struct{ method, setting string }{
	{"startupNode", "node_boot"},
	{"shutdownNode", "node_shutdown"},
	{"startEXAStorage", "storage_start"},
	{"stopEXAStorage", "storage_stop"},
	{"startDatabase", "database_start"},
	{"stopDatabase", "database_stop"},
	{"rhino-console stop", drain},
}

// drain is how long the activities of a SLEE take to end that is stopped.
const drain = "drain"

// does reports whether an effect is a call of a method, or a command of two words.
func (t *take) does(method string) bool {
	if t.request.Kind != effect.KindHost {
		return t.request.Operation == method
	}
	words, _ := t.request.Args[0].([]effect.Value)
	if len(words) < 2 {
		return false
	}
	program, _ := words[0].(string)
	return effect.Value(method) == path.Base(program)+" "+fmt.Sprint(words[1])
}

// lapses are those that a run saw of a system.
func (g *reading) lapses(spec simulator.SystemSpec) []*lapse {
	var list []*lapse
	for _, of := range lapsed {
		l := &lapse{setting: of.setting}
		for _, t := range g.takes {
			if t.does(of.method) && t.result != nil && t.result.Err == nil && isOf(spec, t.request.Target) {
				l.nodes = append(l.nodes, argument(&t.request, 0))
				if l.change == nil || t.ended > l.change.ended {
					l.change = t
				}
			}
		}
		if l.change == nil {
			continue
		}
		for _, t := range g.takes {
			if t.at >= l.change.ended && t.request.Kind == effect.KindPoll && t.asked != nil && isOf(spec, t.asked.Target) {
				if l.wait = t; t.result.Err == nil || len(arrivals(t.path())) > 0 {
					list = append(list, l)
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
			was, is := l.end(&l.wait.recordedAct)-l.change.ended, l.end(wait)-change.ended
			if off := (is - was).Abs(); off <= recordLeeway || off <= was/20 || l.setting == drain && was < is {
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
				one.early = l.early()
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

// arrivals are when what a wait shows as missing was there, since it began.
func arrivals(path []sighting) map[string]time.Duration {
	seen := map[string]time.Duration{}
	var missing []string
	for _, s := range path {
		text, _ := s.value.(string)
		m := notYet.FindStringSubmatch(text)
		if m != nil && strings.Contains(m[1], " more") {
			return nil
		}
		if s.silent {
			continue
		}
		var now []string
		if m != nil {
			now = strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' })
		}
		for _, n := range missing {
			if !slices.Contains(now, n) {
				seen[n] = s.at
			}
		}
		missing = now
	}
	return seen
}

// early are the nodes that were there before the last, and by how much.
func (l *lapse) early() map[string]time.Duration {
	seen := arrivals(l.wait.path())
	maps.DeleteFunc(seen, func(n string, _ time.Duration) bool { return !slices.Contains(l.nodes, n) })
	var last time.Duration
	for _, at := range seen {
		last = max(last, at)
	}
	for n, at := range seen {
		seen[n] = last - at
	}
	return seen
}

// usualBoot is how long a node takes of which nothing is known.
const usualBoot = 20 * time.Minute

// byHand are the nodes that somebody else switched on, and when: those that the
// run waited for, and did not start itself.
func (g *reading) byHand(spec simulator.SystemSpec) map[string]time.Duration {
	boot, nodes := usualBoot, []string(nil)
	for _, l := range g.lapses(spec) {
		if l.setting == "node_boot" {
			nodes = l.nodes
			for _, at := range arrivals(l.wait.path()) {
				boot = min(boot, l.wait.at+at-l.change.ended)
			}
		}
	}
	on := map[string]time.Duration{}
	for _, t := range g.takes {
		if t.asked == nil || !isOf(spec, t.asked.Target) {
			continue
		}
		for n, at := range arrivals(t.path()) {
			if _, known := on[n]; !known && !slices.Contains(nodes, n) {
				on[n] = max(t.at+at-boot, time.Second)
			}
		}
	}
	return on
}

// fields are what a scenario says of them in the call of a system, and in
// faults: the earliest node boots as fast as the setting has it, the others later.
func (t timing) fields(system string) (fields effect.Struct, faults []string) {
	var most time.Duration
	for _, d := range t.early {
		most = max(most, d)
	}
	var settings effect.Struct
	for _, name := range slices.Sorted(maps.Keys(t.settings)) {
		d := t.settings[name]
		if name == drain {
			fields = append(fields, effect.Field{Name: "activities", Value: int64(1)}, effect.Field{Name: drain, Value: effect.FormatDuration(d)})
			continue
		}
		if name == "node_boot" {
			d = max(d-most, 0)
		}
		settings = append(settings, effect.Field{Name: name, Value: effect.FormatDuration(d)})
	}
	if settings != nil {
		fields = append(fields, effect.Field{Name: "timings", Value: settings})
	}
	for _, n := range slices.Sorted(maps.Keys(t.early)) {
		if by := most - t.early[n]; by > 0 {
			faults = append(faults, faultCall("node_boots_late", effect.DescribeWhole(system), effect.DescribeWhole(n), namedArgument("by", by)))
		}
	}
	return fields, faults
}
