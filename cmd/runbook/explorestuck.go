package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"runbook/effect"
)

// This file tells what wrong and stuck states there are: what a unit was asked
// to do fails or does not end; what a request is about to see, or to change, is
// in another state; and an answer is not the true one.

// ofTurn are the mishaps that can befall what a unit was asked to do. What hangs
// hangs once and for a while, and every time and for ever.
func ofTurn(u unit, looks []look) []mishap {
	var list []mishap
	asked := u.asked(looks)
	subject := fmt.Sprintf("%q", u.system)
	switch {
	case u.rhino != 0:
		subject += ", " + u.name()
	case u.name() != "":
		subject += fmt.Sprintf(", %q", u.name())
	}
	add := func(kind, fault, more string, lasts bool) {
		list = append(list, mishap{
			kind: kind, fault: "fault." + fault + "(" + subject + more + ")", place: strings.TrimSpace(u.turn + " " + u.name()),
			at: asked.at, where: asked.position, world: true, lasts: lasts,
		})
	}
	fails := func(kind, fault, more string) {
		add(kind, fault, more+", times = 1", false)
		add(kind, fault, more, true)
	}
	hangs := func(kind, fault string) {
		add(kind, fault, fmt.Sprintf(", lasts = %q, times = 1", precise(tooLong)), false)
		add(kind, fault, "", true)
	}
	switch u.turn {
	case "boot":
		if !u.license {
			add("node hangs in its boot", "node_boots_late", fmt.Sprintf(", by = %q, times = 1", precise(tooLong)), false)
			add("node hangs in its boot", "node_never_boots", "", true)
			add("node comes up suspended", "node_comes_up_suspended", ", times = 1", true)
		}
	case "storage start":
		add("storage start fails", "storage_fails", ", times = 1", false)
		hangs("storage hangs", "storage_hangs")
	case "storage stop":
		hangs("storage hangs", "storage_stop_hangs")
	case "database start":
		fails("database start fails", "database_start_fails", "")
		hangs("database hangs", "database_start_hangs")
		hangs("database takes no connections", "database_not_connectible")
	case "database stop":
		hangs("database hangs", "database_stop_hangs")
	case "start":
		fails("node start fails", "rhino_refuses_start", "")
		fails("node start fails", "rhino_crashes_in_start", `, after = "5s"`)
		hangs("node hangs", "rhino_never_joins")
		add("node hangs", "rhino_starts_late", fmt.Sprintf(", by = %q, times = 1", precise(tooLong/8)), false)
	case "shutdown":
		add("node hangs", "rhino_hangs_in_shutdown", ", times = 1", false)
	case "SLEE start":
		fails("SLEE start fails", "slee_start_fails", "")
		hangs("SLEE hangs", "slee_start_stuck")
	case "SLEE stop":
		hangs("SLEE hangs", "slee_stuck")
	}
	return list
}

// ofState are the mishaps that bring what a request is about to see, or on a
// host to change, into another state, for a while and for ever.
func ofState(l look, touched []unit, ever time.Duration) []mishap {
	var list []mishap
	add := func(kind, fault, subject string, lasts time.Duration) {
		m := mishap{kind: kind, place: "just before " + l.what, at: l.at, where: l.position, world: true, ends: l.at + lasts}
		m.fault = fmt.Sprintf("fault.%s(%s, at = %q", fault, subject, precise(l.at))
		if lasts > 0 {
			m.fault += fmt.Sprintf(", lasts = %q", precise(lasts))
		}
		m.fault += ")"
		list = append(list, m)
	}
	both := func(kind, fault, subject string) {
		add(kind, fault, subject, aWhile)
		add(kind, fault, subject, ever)
	}
	if l.kind == effect.KindHost {
		if l.change {
			ofHosts(l, touched, both)
		}
		return list
	}
	i := slices.IndexFunc(touched, func(u unit) bool { return u.url != "" && strings.HasPrefix(l.target, u.url) })
	if i < 0 || l.change && l.method != "callPlugin" {
		return nil
	}
	system := touched[i].system
	object := strings.Trim(strings.TrimPrefix(l.target, touched[i].url), "/")
	database, isDatabase := strings.CutPrefix(object, "db_")
	switch {
	case l.method == "getServiceState":
		for _, service := range []string{"Loggingd", "Lockd", "DWAd"} { // of Storaged it would say that EXAStorage is down, which is not so
			both("service not OK", "service_down", fmt.Sprintf("%q, %q", system, service))
		}
	case l.method == "getEXAoperationMaster":
		for _, u := range touched {
			if u.system == system && u.turn == "" && u.node != "" && !u.license {
				add("interface moves", "exaoperation_moved", fmt.Sprintf("%q, %q", system, u.node), 0)
				list[len(list)-1].lasts = true
				break
			}
		}
	case isDatabase && (l.method == "getDatabaseOperation" || l.method == "getDatabaseInfo"):
		both("database is busy", "database_in_backup", fmt.Sprintf("%q, %q", system, database))
	case isDatabase && l.method == "getDatabaseState":
		add("database crashes", "database_crashes", fmt.Sprintf("%q, %q", system, database), 0)
	case l.method == "getProperties" && slices.ContainsFunc(touched, func(u unit) bool { return u.system == system && u.node == object }):
		add("node gets a flag", "node_flagged", fmt.Sprintf("%q, %q", system, object), 0)
		list[len(list)-1].lasts = true
	case l.method == "callPlugin" && len(l.args) >= 3:
		list = ofPlugin(l, system)
	}
	return list
}

// ofPlugin are the mishaps of a plugin's command: it fails once, or always if it
// changes something. Of a plugin whose state cannot be seen nobody knows any.
func ofPlugin(l look, system string) []mishap {
	fault := fmt.Sprintf("fault.plugin_fails(%q, %s, %s, node = %s", system, effect.DescribeWhole(l.args[0]), effect.DescribeWhole(l.args[2]), effect.DescribeWhole(l.args[1]))
	m := mishap{kind: "plugin fails", fault: fault + ", times = 1)", place: l.what, at: l.at, where: l.position, world: true}
	if !l.change {
		return []mishap{m}
	}
	always := m
	always.fault, always.lasts = fault+")", true
	return []mishap{m, always}
}

// ofHosts are the mishaps that befall the machines of a Rhino cluster, and what
// it needs, just before a change.
func ofHosts(l look, touched []unit, both func(kind, fault, subject string)) {
	i := slices.IndexFunc(touched, func(u unit) bool { return u.host != "" && u.host == l.target })
	if i < 0 {
		return
	}
	system := touched[i].system
	for _, u := range touched {
		if u.system == system && u.host != "" && u.turn == "" {
			both("host cut off", "host_cut", fmt.Sprintf("%q", u.host))
			both("disk full", "host_disk_full", fmt.Sprintf("%q", u.host))
		}
	}
	both("PostgreSQL gone", "rhino_database_gone", fmt.Sprintf("%q", system))
	both("console hangs", "console_slow", fmt.Sprintf("%q, by = %q", system, precise(tooLong)))
}

// An answerTo is an answer that a question got in the undisturbed run.
type answerTo struct {
	what, method string
	at           time.Duration
	literal      string // as a scenario writes it
}

// longestLie is how long an answer may be to be given instead of another.
const longestLie = 2000

// answersIn are the answers to the reads of a trace that a scenario can write,
// each that is not as the one before.
func answersIn(looks []look) []answerTo {
	var list []answerTo
	last := map[string]string{}
	for _, l := range looks {
		literal, ok := literalOf(l)
		if ok && last[l.what] != literal {
			last[l.what] = literal
			list = append(list, answerTo{l.what, l.method, l.at, literal})
		}
	}
	return list
}

// literalOf is the answer to a read, of a command what it said on stdout.
func literalOf(l look) (string, bool) {
	value := l.value
	if l.change || l.nth == 0 || strings.HasPrefix(l.answer, "error: ") {
		return "", false
	}
	if l.kind == effect.KindHost {
		said, _ := value.(effect.Struct)
		value, _ = said.Get("stdout")
		if _, ok := value.(string); !ok {
			return "", false
		}
	}
	literal := effect.DescribeWhole(value)
	return literal, isPlain(value) && len(literal) <= longestLie
}

// isPlain reports whether a scenario can write the value as it is printed.
func isPlain(v effect.Value) bool {
	switch v := v.(type) {
	case nil, bool, int64:
		return true
	case string:
		return utf8.ValidString(v)
	case []effect.Value:
		return !slices.ContainsFunc(v, func(e effect.Value) bool { return !isPlain(e) })
	case effect.Struct:
		return !slices.ContainsFunc(v, func(f effect.Field) bool { return !isPlain(f.Value) })
	}
	return false
}

// ofAnswer are the mishaps that a read is answered once what is not true, but
// was before, will be next or will be last; or, if it never changes, is of
// another unit.
func ofAnswer(l look, known []answerTo) []mishap {
	truth, ok := literalOf(l)
	if !ok {
		return nil
	}
	var before, next, last, other string
	for _, a := range known {
		switch {
		case a.literal == truth:
		case a.what == l.what && a.at < l.at:
			before = a.literal
		case a.what == l.what && next == "":
			next = a.literal
		case a.what == l.what:
			last = a.literal
		case a.what != l.what && a.method == l.method && l.kind == effect.KindXMLRPC && other == "":
			other = a.literal
		}
	}
	lies := []string{before, next, last}
	if before == "" && next == "" {
		lies = []string{other}
	}
	var list []mishap
	for i, lie := range lies {
		if lie == "" || slices.Contains(lies[:i], lie) {
			continue
		}
		list = append(list, mishap{
			kind: "wrong answer", fault: fmt.Sprintf("fault.answer(%s, effect = %q, nth = %d)", lie, l.id, l.nth),
			id: l.id, place: l.what, at: l.at, where: l.position, world: true,
		})
	}
	return list
}
