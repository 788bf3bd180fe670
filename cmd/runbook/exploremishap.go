package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator"
)

// A mishap is one thing that goes wrong in a trial: a fault of a scenario, and
// the place where it strikes.
type mishap struct {
	kind  string // of mishapKinds
	fault string // as a scenario says it
	id    string // of the effect that it strikes; "" of a moment
	place string // for people
	at    time.Duration
	where string // position in the runbook
	world bool   // it befalls a system or a machine, not a request or the tool
	lasts bool   // it is there until somebody puts it right by hand
	ends  time.Duration
}

// mishapKinds are the kinds in the order of reports.
var mishapKinds = []string{
	"connection refused", "connection refused throughout", "credentials refused", "lost before the effect", "lost after the effect",
	"fault reply", "command fails", "slow reply, in time", "slow reply, too late", "effect after the client gave up", "wrong answer",
	"tool killed", "interface unreachable", "interface moves", "service not OK",
	"license server falls over", "node falls over", "node hangs in its boot", "node comes up suspended", "node gets a flag",
	"storage start fails", "storage hangs", "database start fails", "database hangs", "database takes no connections", "database is busy", "database crashes",
	"plugin fails", "node crashes", "node start fails", "node hangs", "SLEE start fails", "SLEE hangs", "console hangs", "PostgreSQL gone",
	"host down for a while", "host down for ever", "host cut off", "disk full",
}

// How long things last that do.
const (
	aWhile     = 5 * time.Minute
	tooLong    = 90 * time.Minute // for what hangs: no runbook waits for that
	settleTime = 3 * time.Hour    // until all that is under way has ended
)

// ofRequest are the mishaps that can befall a request.
func ofRequest(l look) []mishap {
	var list []mishap
	add := func(kind, builtin, more string) {
		nth := ""
		if more != throughout {
			nth = fmt.Sprintf(", nth = %d", l.nth)
		} else {
			more = ""
		}
		list = append(list, mishap{
			kind: kind, fault: fmt.Sprintf("fault.%s(effect = %q%s%s)", builtin, l.id, nth, more),
			id: l.id, place: l.what, at: l.at, where: l.position,
		})
	}
	by := func(d time.Duration) string { return fmt.Sprintf(", by = %q", precise(d)) }
	add("connection refused", "refused", "")
	if l.nth == 1 {
		add("connection refused throughout", "refused", throughout)
		add("credentials refused", "unauthorized", throughout)
	}
	if l.change {
		add("lost before the effect", "lost_before", "")
	}
	add("lost after the effect", "lost_after", "")
	if l.kind == effect.KindXMLRPC {
		add("fault reply", "reply", `, text = "explored: no"`)
	} else {
		add("command fails", "reply", `, text = "explored: no", code = 1`)
	}
	add("slow reply, in time", "slow", by(l.timeout/2))
	add("slow reply, too late", "slow", by(2*l.timeout))
	if l.change && l.settle > l.timeout { // later than that it is promised not to arrive
		add("effect after the client gave up", "slow", by((l.timeout+l.settle)/2)+`, takes_effect = "after"`)
	}
	return list
}

// throughout says that every request of the effect is meant.
const throughout = "throughout"

// precise is a duration as a scenario reads it, without rounding.
func precise(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// killsAt are the moments of an effect's life at which the tool may be killed.
func killsAt(l look) []mishap {
	if l.inner {
		return nil
	}
	when := []string{simulator.KillPerformed, simulator.KillRecorded}
	switch {
	case l.change:
		when = []string{simulator.KillBefore, simulator.KillRequested, simulator.KillPerformed, simulator.KillRecorded}
	case l.nth == 0 && l.kind != effect.KindOperator:
		when = []string{simulator.KillRequested, simulator.KillPerformed, simulator.KillRecorded}
	}
	var list []mishap
	for _, w := range when {
		m := mishap{kind: "tool killed", id: l.id, place: l.what, at: l.at, where: l.position}
		m.fault = fmt.Sprintf("fault.killed(effect = %q, when = %q)", l.id, w)
		list = append(list, m)
		if l.change && (w == simulator.KillRequested || w == simulator.KillPerformed) {
			m.fault = fmt.Sprintf("fault.killed(effect = %q, when = %q, resumed_after = %q)", l.id, w, precise(aWhile))
			list = append(list, m)
		}
	}
	return list
}

// A moment is a time at which something may befall the world.
type moment struct {
	at    time.Duration
	place string
	where string
}

// gap is how long nothing may be asked before there is a moment in between.
const gap = 30 * time.Second

// momentsIn are the times at which the requests of a trace begin and end, to
// the hundredth of a second, and the middles of long gaps.
func momentsIn(looks []look) []moment {
	var list []moment
	seen := map[time.Duration]bool{}
	add := func(at time.Duration, words string, l look) {
		if at = at.Truncate(10*time.Millisecond) + 10*time.Millisecond; !seen[at] {
			seen[at] = true
			list = append(list, moment{at, words + l.what, l.position})
		}
	}
	var last time.Duration
	for _, l := range places(looks) {
		if l.at-last > gap {
			add(last+(l.at-last)/2, "long before ", l)
		}
		add(l.at, "around ", l)
		last = max(last, l.till)
	}
	slices.SortStableFunc(list, func(a, b moment) int { return int(a.at - b.at) })
	return list
}

// atMoment are the mishaps that can befall the systems that a run works on.
func atMoment(m moment, touched []unit, ever time.Duration) []mishap {
	var list []mishap
	for _, u := range touched {
		at := precise(m.at)
		add := func(kind, fault string, ends time.Duration) {
			list = append(list, mishap{kind: kind, fault: fault, place: m.place, at: m.at, where: m.where, world: true, ends: ends})
		}
		switch {
		case u.turn != "", u.database != "":
		case u.host != "":
			add("host down for a while", fmt.Sprintf("fault.host_down(%q, at = %q, lasts = %q)", u.host, at, precise(aWhile)), m.at+aWhile)
			add("host down for ever", fmt.Sprintf("fault.host_down(%q, at = %q, lasts = %q)", u.host, at, precise(ever)), m.at+ever)
		case u.rhino != 0:
			add("node crashes", fmt.Sprintf("fault.rhino_crashes(%q, %d, at = %q)", u.system, u.rhino, at), m.at)
		case u.license:
			add("license server falls over", fmt.Sprintf("fault.node_falls_over(%q, %q, at = %q)", u.system, u.node, at), m.at)
			list[len(list)-1].lasts = true
		case u.node != "":
			add("node falls over", fmt.Sprintf("fault.node_falls_over(%q, %q, at = %q)", u.system, u.node, at), m.at)
		default:
			add("interface unreachable", fmt.Sprintf("fault.exaoperation_unreachable(%q, at = %q, lasts = %q)", u.system, at, precise(aWhile)), m.at+aWhile)
		}
	}
	return list
}

// mishapsIn are all single mishaps of a trace, in its order.
func mishapsIn(looks []look, touched []unit, ever time.Duration) []mishap {
	var list []mishap
	ever = ever.Round(time.Hour)
	known := answersIn(looks)
	for _, l := range places(looks) {
		list = append(list, ofRequest(l)...)
		list = append(list, ofAnswer(l, known)...)
		list = append(list, ofState(l, touched, ever)...)
	}
	for _, l := range looks {
		list = append(list, killsAt(l)...)
	}
	for _, m := range momentsIn(looks) {
		list = append(list, atMoment(m, touched, ever)...)
	}
	for _, u := range touched {
		list = append(list, ofTurn(u, looks)...)
	}
	return list
}

// schedule is a list of mishaps.
type schedule []mishap

// line is the schedule in one line.
func (s schedule) line() string {
	var faults []string
	for _, m := range s {
		faults = append(faults, m.fault)
	}
	return strings.Join(faults, ", ")
}

// befalls reports whether any of it befalls a system or a machine.
func (s schedule) befalls() bool {
	return s.befell() != ""
}

// befell is the first kind of it that befalls a system or a machine; "" if none does.
func (s schedule) befell() string {
	for _, m := range s {
		if m.world {
			return m.kind
		}
	}
	return ""
}

// lasts reports whether any of it is there until somebody puts it right by hand.
func (s schedule) lasts() bool {
	return slices.ContainsFunc(s, func(m mishap) bool { return m.lasts })
}

// ends is when the last of it is over.
func (s schedule) ends() time.Duration {
	var last time.Duration
	for _, m := range s {
		last = max(last, m.ends)
	}
	return last
}

// source is a scenario with the schedule added.
func (s schedule) source(base string, seed uint64) string {
	var b strings.Builder
	b.WriteString(base)
	if base != "" && !strings.HasSuffix(base, "\n") {
		b.WriteByte('\n')
	}
	if seed != 0 {
		b.WriteString("\nseed = " + strconv.FormatUint(seed, 10) + "\n")
	}
	if len(s) == 0 {
		return b.String()
	}
	b.WriteString("\nschedule = [\n")
	for _, m := range s {
		fmt.Fprintf(&b, "    %s,  # %s\n", m.fault, m.place)
	}
	b.WriteString("]\n")
	return b.String()
}
