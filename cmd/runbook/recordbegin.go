package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/effect"
	"runbook/simulator"
)

// An exasolBeginning is what a run was told of an Exasol cluster before it
// changed it. What it did not ask is not in there.
type exasolBeginning struct {
	spec      simulator.SystemSpec
	listed    []string // nodes, if they were listed
	met       []string // nodes that were spoken of
	facts     map[string]string
	databases []string // if they were listed
	spoken    []string // databases that were spoken of
	changed   map[string]bool
	ports     map[string]int64
	busy      map[string]string // operation by database
	free      map[string]time.Duration
	byHand    map[string]time.Duration
	notes     []string
}

// A fact's name is what it is about and of whom.
func power(node string) string            { return "power " + node }
func flagOf(node string) string           { return "flag " + node }
func card(node string) string             { return "card " + node }
func stateOfDB(db string) string          { return "database " + db }
func connects(db string) string           { return "connects " + db }
func pluginOn(plugin, node string) string { return "plugin " + plugin + " " + node }

const (
	storageFact = "storage"
	masterFact  = "master"
	versionFact = "version"
)

// exasolBegins gathers what a run was told of a system.
func (g *reading) exasolBegins(spec simulator.SystemSpec) *exasolBeginning {
	b := &exasolBeginning{
		spec: spec, facts: map[string]string{}, changed: map[string]bool{}, ports: map[string]int64{},
		busy: map[string]string{}, free: map[string]time.Duration{}, byHand: g.byHand(spec),
	}
	for _, t := range g.takes {
		if t.asked == nil || t.asked.Kind != effect.KindXMLRPC || !isOf(spec, t.asked.Target) {
			continue
		}
		object := strings.Trim(strings.TrimPrefix(t.asked.Target, spec.URL), "/")
		if t.request.Class == effect.Change {
			b.change(t, object)
		} else {
			b.told(t, object)
		}
	}
	return b
}

// learn keeps what is told of something first, unless the run had changed it.
func (b *exasolBeginning) learn(name, value string) {
	if _, known := b.facts[name]; !known && !b.changed[name] && value != "" {
		b.facts[name] = value
	}
}

func (b *exasolBeginning) meet(node string) {
	if node != "" && !slices.Contains(b.met, node) {
		b.met = append(b.met, node)
	}
}

// argument is an argument of a request that is text.
func argument(r *effect.Request, i int) string {
	if i >= len(r.Args) {
		return ""
	}
	text, _ := r.Args[i].(string)
	return text
}

// needed is, by method, what a change makes of what, and so what was not yet so.
var needed = map[string]struct{ fact, before string }{
	"startupNode":     {"power", "off"},
	"shutdownNode":    {"power", "on"},
	"startEXAStorage": {"storage", "down"},
	"stopEXAStorage":  {"storage", "up"},
	"startDatabase":   {"database", "setup"},
	"stopDatabase":    {"database", "running"},
}

// change notes what a run changed: that tells how it was before, and what is
// told from now on is no beginning.
func (b *exasolBeginning) change(t *take, object string) {
	node, db := argument(&t.request, 0), strings.TrimPrefix(object, "db_")
	n, known := needed[t.request.Operation]
	name := n.fact
	switch n.fact {
	case "power":
		name = power(node)
		b.meet(node)
		if t.request.Operation == "startupNode" && t.result.Err != nil && t.result.Err.Kind == effect.Fault {
			b.learn(card(node), "no")
			return
		}
	case "database":
		name = stateOfDB(db)
		b.speak(db)
	}
	if t.request.Operation == "callPlugin" {
		name = pluginOn(node, argument(&t.request, 1))
		b.changed[name] = true
		return
	}
	if !known {
		return
	}
	if t.result.Err == nil || t.result.Err.Doubt {
		b.learn(name, n.before)
		b.changed[name] = true
	}
}

func (b *exasolBeginning) speak(db string) {
	if !slices.Contains(b.spoken, db) {
		b.spoken = append(b.spoken, db)
	}
}

// powers is how a node began that was told to be so.
var powers = map[string]string{"Running": "on", "Suspended": "on", "Unknown": "off", "Booting": "booting", "booting": "booting"}

// told takes the answer to a read.
func (b *exasolBeginning) told(t *take, object string) {
	v := t.first()
	text, _ := v.(string)
	switch r := t.asked; r.Operation {
	case "getNodeList":
		b.listed = firstList(b.listed, v)
	case "getDatabaseList":
		b.databases = firstList(b.databases, v)
	case "getNodeState":
		b.meet(argument(r, 0))
		if status, ok := pollField(v, "status").(string); ok {
			text = status
		}
		if t.result.Err != nil && t.result.Err.Kind == effect.Fault {
			text = "booting"
		}
		b.learn(power(argument(r, 0)), powers[text])
	case "getProperties":
		b.properties(object, v, text)
	case "getServiceState":
		b.services(v, text)
	case "getDatabaseState", "getDatabaseOperation", "getDatabaseConnectionState", "getDatabaseConnectionString":
		b.database(t, strings.TrimPrefix(object, "db_"), text)
	case "getEXAoperationMaster":
		b.learn(masterFact, text)
	case "getEXASuiteVersion":
		if versionText.MatchString(text) {
			b.learn(versionFact, text)
		}
	case "callPlugin":
		b.plugin(r, v, text)
	}
}

var versionText = regexp.MustCompile(`^\d+\.\d+\.\S+$`)

// firstList is a list of names, if there is none yet.
func firstList(known []string, v effect.Value) []string {
	list, ok := v.([]effect.Value)
	if known != nil || !ok {
		return known
	}
	names := []string{}
	for _, e := range list {
		if name, ok := e.(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// properties tell of a node's flags and card; a script may have made text of them.
func (b *exasolBeginning) properties(node string, v effect.Value, text string) {
	b.meet(node)
	for _, flag := range []string{"to_install", "to_wipe"} {
		if set, _ := pollField(v, flag).(bool); set || strings.Contains(text, flag) {
			b.learn(flagOf(node), flag)
		}
	}
	if group, ok := pollField(v, "ipmi_group").(string); ok && group == "" {
		b.learn(card(node), "no")
	}
}

// services tell of EXAStorage; a script may have made its state of them, or a
// list of what is not as it should be.
func (b *exasolBeginning) services(v effect.Value, text string) {
	storage := text
	if list, ok := v.([]effect.Value); ok {
		storage = "OK"
		for _, e := range list {
			pair, _ := e.([]effect.Value)
			line, _ := e.(string)
			if len(pair) == 2 && pair[0] == "Storaged" {
				storage, _ = pair[1].(string)
			} else if strings.HasPrefix(line, "Storaged: ") {
				storage = strings.TrimPrefix(line, "Storaged: ")
			}
		}
	}
	switch storage {
	case "":
	case "OK":
		b.learn(storageFact, "up")
	default:
		b.learn(storageFact, "down")
	}
}

// beginningStates are the states that a database can begin in.
var beginningStates = []string{"none", "setup", "startup", "running", "shutdown"}

// port is the end of a connection string.
var port = regexp.MustCompile(`:(\d+)$`)

// database takes what is told of a database.
func (b *exasolBeginning) database(t *take, db, text string) {
	b.speak(db)
	switch t.asked.Operation {
	case "getDatabaseState":
		if slices.Contains(beginningStates, text) {
			b.learn(stateOfDB(db), text)
		}
	case "getDatabaseOperation":
		if b.busy[db] == "" {
			b.busy[db] = text
		}
		if t.request.Kind == effect.KindPoll && t.looks() > 1 && t.result.Err == nil && b.free[db] == 0 {
			b.free[db] = t.ended
		}
	case "getDatabaseConnectionState":
		if b.facts[stateOfDB(db)] == "running" && !b.changed[stateOfDB(db)] {
			b.learn(connects(db), text)
		}
	case "getDatabaseConnectionString":
		if m := port.FindStringSubmatch(text); m != nil && b.ports[db] == 0 {
			b.ports[db], _ = strconv.ParseInt(m[1], 10, 64)
		}
	}
}

// plugin takes what a plugin said of itself.
func (b *exasolBeginning) plugin(r *effect.Request, v effect.Value, text string) {
	if argument(r, 2) != "STATUS" {
		return
	}
	state := ""
	if pair, ok := v.([]effect.Value); ok && len(pair) == 2 {
		text, _ = pair[1].(string)
		if code, _ := pair[0].(int64); code != 0 {
			state = "stopped"
		}
	}
	switch {
	case text == "":
		return
	case strings.Contains(text, "not installed"):
		state = "not installed"
	case state == "" && (text == "started" || strings.Contains(text, "is running")):
		state = "started"
	default:
		state = "stopped"
	}
	b.learn(pluginOn(argument(r, 0), argument(r, 1)), state)
}
