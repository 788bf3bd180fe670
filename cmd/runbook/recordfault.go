package main

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator"
)

// within is how much earlier than its answer a call arrives, at most.
const within = 50 * time.Millisecond

// faultCall writes a call of fault.NAME.
func faultCall(name string, args ...string) string {
	return "fault." + name + "(" + strings.Join(slices.DeleteFunc(args, func(s string) bool { return s == "" }), ", ") + ")"
}

// namedArgument is an argument with its name; "" for a duration that is none.
func namedArgument(name string, v effect.Value) string {
	if d, ok := v.(time.Duration); ok {
		if d <= 0 {
			return ""
		}
		v = effect.FormatDuration(d.Truncate(time.Millisecond))
	}
	return name + " = " + effect.DescribeWhole(v)
}

// matchers choose the call or command that an effect is: what an interlock
// reads for it has the same id.
func (t *take) matchers() []string {
	m := []string{namedArgument("effect", t.id.String())}
	switch {
	case t.request.Kind == effect.KindXMLRPC:
		m = append(m, namedArgument("method", t.request.Operation))
	case t.request.Kind == effect.KindHost && t.request.Class == effect.Change:
		if words, ok := t.request.Args[0].([]effect.Value); ok && len(words) > 0 {
			program, _ := words[0].(string)
			m = append(m, namedArgument("command", path.Base(program)))
		}
	}
	return m
}

// flaw is what went wrong with an effect on its way, as a fault; "" if nothing
// did, or nothing that a fault can do.
func (t *take) flaw() string {
	var e *effect.Error
	if t.result != nil {
		e = t.result.Err
	}
	m := t.matchers()
	switch {
	case t.lost > 0 && t.recordedAct.lost:
		return faultCall("lost_after", append(m, namedArgument("times", int64(t.lost)))...)
	case t.lost > 0:
		return faultCall("lost_before", append(m, namedArgument("times", int64(t.lost)))...)
	case t.request.Kind == effect.KindPoll && e != nil && e.ID == t.id && t.took > time.Second:
		m = append(m, namedArgument("at", t.ended-within))
	case t.request.Kind == effect.KindHost && e == nil:
		return t.status(m)
	}
	if e == nil {
		return ""
	}
	switch e.Kind {
	case effect.Unreachable:
		return faultCall("refused", m...)
	case effect.Unauthorized:
		return faultCall("unauthorized", m...)
	case effect.Timeout:
		if t.request.Kind == effect.KindPoll {
			return ""
		}
		return faultCall("slow", append(m, namedArgument("by", time.Hour))...)
	case effect.Fault, effect.Exit:
		m = append(m, namedArgument("text", e.Message))
		if e.Code != nil {
			m = append(m, namedArgument("code", *e.Code))
		}
		return faultCall("reply", m...)
	}
	return ""
}

// status is the fault of a command that ended in a status other than 0.
func (t *take) status(m []string) string {
	code, _ := pollField(t.result.Value, "code").(int64)
	if code == 0 {
		return ""
	}
	said, _ := pollField(t.result.Value, "stderr").(string)
	line, _, _ := strings.Cut(said, "\n")
	return faultCall("reply", append(m, namedArgument("text", line), namedArgument("code", code))...)
}

// silences are the stretches in which a poll got no answer, as faults.
func (t *take) silences() []string {
	var list []string
	path := t.path()
	for i, s := range path {
		if !s.silent || i > 0 && path[i-1].silent {
			continue
		}
		args := []string{namedArgument("effect", t.id.String())}
		from := time.Duration(0)
		if i > 0 {
			from = t.at + s.at - within
			args = append(args, namedArgument("at", from))
		}
		until := slices.IndexFunc(path[i:], func(s sighting) bool { return !s.silent })
		if until >= 0 {
			args = append(args, namedArgument("lasts", max(t.at+path[i+until].at-within-from, time.Millisecond)))
		}
		list = append(list, faultCall("refused", args...))
	}
	return list
}

// silentHost finds, in what a poll shows, the hosts that do not answer.
var silentHost = regexp.MustCompile(`([\w.-]+) \(no connection within`)

// cuts are the hosts that a poll waited for, as faults.
func (t *take) cuts() []string {
	var list []string
	from := map[string]time.Duration{}
	var order []string
	path := t.path()
	for i, s := range path {
		text, _ := s.value.(string)
		silent := map[string]bool{}
		for _, m := range silentHost.FindAllStringSubmatch(text, -1) {
			if silent[m[1]] = true; !slices.Contains(order, m[1]) {
				order = append(order, m[1])
				from[m[1]] = t.at + s.at
				if i == 0 {
					from[m[1]] = 0
				}
			}
		}
		for _, h := range slices.Clone(order) {
			if !silent[h] {
				list = append(list, faultCall("host_cut", effect.DescribeWhole(h), namedArgument("at", from[h]), namedArgument("lasts", t.at+s.at-within-from[h])))
				order = slices.DeleteFunc(order, func(other string) bool { return other == h })
			}
		}
	}
	for _, h := range order {
		list = append(list, faultCall("host_cut", effect.DescribeWhole(h), namedArgument("at", from[h])))
	}
	return list
}

// deathAt is at which effect a life ended that another followed, and when in
// its life. One that failed or was stopped comes to an end where the next went on.
func (g *reading) deathAt(d *death) (id effect.ID, when string) {
	switch {
	case !d.killed && len(d.retried) > 0:
		return d.retried[0], simulator.KillBefore
	case !d.killed:
		return d.next, simulator.KillBefore
	case len(d.open) == 0:
		return d.last, simulator.KillRecorded
	}
	for _, o := range d.open {
		if t := g.byID[o]; t != nil && t.request.Class == effect.Change {
			if t.recordedAct.lost {
				return o, simulator.KillPerformed
			}
			return o, simulator.KillRequested
		}
	}
	return d.open[0], simulator.KillRequested
}

// kills are the ends of lives that others followed, as faults.
func (g *reading) kills() []string {
	var list []string
	for _, d := range g.deaths {
		id, when := g.deathAt(d)
		if id == (effect.ID{}) {
			continue
		}
		from := d.at
		if begun, failed := d.begun[id]; failed {
			from = begun
		}
		list = append(list, faultCall("killed", namedArgument("effect", id.String()), namedArgument("when", when), namedArgument("resumed_after", d.resumed-from)))
	}
	return list
}

// answers are those of the operator that are not the ones a simulated operator gives.
func (g *reading) answers() effect.Struct {
	var list effect.Struct
	for _, t := range g.takes {
		if t.request.Kind != effect.KindOperator || t.result == nil {
			continue
		}
		question, wanted := argument(&t.request, 0), cmp.Or(argument(&t.request, 1), "yes")
		if t.request.Operation == effect.OpResolve {
			question, wanted = argument(&t.request, 1), ""
		}
		answer, _ := t.result.Value.(string)
		if t.result.Err != nil {
			answer = "no"
		}
		if _, known := list.Get(question); !known && answer != wanted {
			list = append(list, effect.Field{Name: question, Value: answer})
		}
	}
	return list
}

// suspects are faults of machines that may have been behind the error that a run
// ended in: of each kind all units that it names, and each of them alone.
func (g *reading) suspects(calls []effect.Struct) [][]string {
	text := g.complaint()
	var list [][]string
	for _, call := range calls {
		name, _ := call.Get("name")
		system := effect.DescribeWhole(name)
		for _, kind := range suspectKinds {
			if kind.maker != mustText(call, maker) {
				continue
			}
			units, _ := call.Get(kind.units)
			found, _ := units.([]effect.Value)
			var all []string
			for _, u := range found {
				if id := unitName(u); kind.units != "" && namesWord(text, id) {
					all = append(all, fmt.Sprintf(kind.fault, system, strings.TrimPrefix(quotedUnit(u), " ")))
				}
			}
			if kind.units == "" {
				all = append(all, fmt.Sprintf(kind.fault, system))
			}
			if len(all) > 0 {
				list = append(list, all)
			}
			for i := 0; len(all) > 1 && i < len(all); i++ {
				list = append(list, all[i:i+1])
			}
		}
	}
	return list
}

// suspectKinds are the faults of machines that a run may have ended in.
var suspectKinds = []struct{ maker, units, fault string }{
	{"exaoperation", "nodes", "fault.node_never_boots(%s, %s)"},
	{"exaoperation", "databases", "fault.database_not_connectible(%s, %s)"},
	{"exaoperation", "databases", "fault.database_start_fails(%s, %s)"},
	{"exaoperation", "", "fault.storage_hangs(%s)"},
	{"exaoperation", "", "fault.storage_fails(%s)"},
	{"exaoperation", "", "fault.wrong_password(%s)"},
	{"rhino", "nodes", "fault.rhino_never_joins(%s, %s)"},
	{"rhino", "nodes", "fault.rhino_refuses_start(%s, %s)"},
	{"rhino", "nodes", "fault.rhino_crashes_in_start(%s, %s)"},
	{"rhino", "nodes", "fault.rhino_hangs_in_shutdown(%s, %s)"},
	{"rhino", "nodes", "fault.slee_stuck(%s, %s)"},
	{"rhino", "nodes", "fault.slee_start_fails(%s, %s)"},
	{"rhino", "", "fault.console_refused(%s)"},
}

func mustText(s effect.Struct, name string) string {
	v, _ := s.Get(name)
	text, _ := v.(string)
	return text
}

// unitName is the name of a unit in a call, and quotedUnit that as an argument.
func unitName(u effect.Value) string { return strings.Trim(quotedUnit(u), `"`) }

func quotedUnit(u effect.Value) string {
	for _, key := range []string{"name", "id"} {
		if v := pollField(u, key); v != nil {
			return effect.DescribeWhole(v)
		}
	}
	return effect.DescribeWhole(u)
}

// namesWord reports whether a text has a name as a word.
func namesWord(text, name string) bool {
	return regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(name) + `($|\W)`).MatchString(text)
}

// complaint is all that the errors of a run said.
func (g *reading) complaint() string {
	var b strings.Builder
	for _, t := range g.takes {
		if t.result != nil && t.result.Err != nil {
			b.WriteString(t.result.Err.Error() + "\n")
		}
	}
	if o := g.recording.Outcome; o != nil && o.Error != nil {
		b.WriteString(o.Error.Error())
	}
	return b.String()
}
