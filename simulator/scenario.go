package simulator

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"runbook/simulator/exaoperation"
	"runbook/simulator/model"
	"runbook/simulator/rhino"
)

// A Scenario says how a simulated world begins and what goes wrong in it. It
// is read from a Starlark file whose globals are the parts of it:
//
//	systems = [
//	    simulate.exaoperation(name = "demo", url = "https://10.0.0.10/cluster1", nodes = 4),
//	    simulate.rhino(name = "tas", begins = "cold"),
//	]
//	hosts = [simulate.host("host2", slow = 3)]
//	faults = [fault.node_never_boots("demo", "n0013", times = 1)]
//	answers = {"power on": "yes"}
//	seed = 7
//	start = "2024-03-31 01:00:00"
//
// All of them may be left out. Systems of the site that it does not list begin
// in their default form.
type Scenario struct {
	Name       string // of the file
	Systems    []SystemScenario
	Hosts      []HostScenario   // machines that are not as any other
	Faults     []Fault          // between clients and systems or hosts
	HostFaults []HostFault      // of machines, besides those of the file
	Kills      []Kill           // of the tool itself
	Answers    []ScriptedAnswer // of the operator, looked at in this order
	Seed       uint64           // 0 if it says none
	Start      time.Time        // zero if it says none
	Printed    []string         // what its calls of print said
	Scheduled  bool             // it has a schedule besides its faults

	listed  []listed          // faults of all kinds in the order of the file
	lists   bool              // it has systems of its own
	at      map[string]string // where in the file a system is
	hostsAt []string          // where in the file each of Hosts is
}

// A SystemScenario is how one system begins: an Exasol cluster, or a Rhino
// cluster if Rhino is set.
type SystemScenario struct {
	Name    string
	URL     string              // of EXAoperation; "" to take it from the site, by name
	Config  exaoperation.Config // its BasePath and Start are the world's to set
	Rhino   *rhino.Config       // what it leaves out is as the site says, by name
	Latency model.Span          // of a request and its answer together; zero for DefaultLatency, of Rhino for that of each host
}

// listed is a fault with the builtin that made it and where.
type listed struct {
	fault any // planned or Fault
	maker string
	at    string
}

// A ScenarioError is one thing that is wrong with a scenario.
type ScenarioError struct {
	Position string // file:line:col
	Err      error
}

func (e *ScenarioError) Error() string { return e.Position + ": " + e.Err.Error() }

// Unwrap gives the cause; a failed evaluation is a *starlark.EvalError.
func (e *ScenarioError) Unwrap() error { return e.Err }

// scenarioSteps is how long a scenario may compute: a hundred times what one
// with 4096 nodes needs.
const scenarioSteps = 10_000_000

var scenarioDialect = syntax.FileOptions{Set: true}

// LoadScenario reads a scenario; name is how messages call it. The error joins
// a *ScenarioError for each thing that is wrong.
func LoadScenario(name string, src []byte) (*Scenario, error) {
	s := &Scenario{Name: name, at: map[string]string{}}
	globals, err := starlark.ExecFileOptions(&scenarioDialect, s.thread(), name, src, modules())
	if failed := (*starlark.EvalError)(nil); errors.As(err, &failed) {
		return nil, surveyed(name, src, err)
	}
	if err != nil {
		return nil, positioned(name, err)
	}
	globals.Freeze()
	if err := s.read(globals); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// thread is one to evaluate the scenario in.
func (s *Scenario) thread() *starlark.Thread {
	t := &starlark.Thread{
		Name:  s.Name,
		Print: func(_ *starlark.Thread, msg string) { s.Printed = append(s.Printed, msg) },
		Load: func(*starlark.Thread, string) (starlark.StringDict, error) {
			return nil, errors.New("a scenario stands alone: it can load no other file")
		},
	}
	t.SetMaxExecutionSteps(scenarioSteps)
	return t
}

// positioned puts the place before each of the errors of running a file.
func positioned(name string, err error) error {
	var unresolved resolve.ErrorList
	var unparsed syntax.Error
	var failed *starlark.EvalError
	switch {
	case errors.As(err, &unresolved):
		var all []error
		for _, e := range unresolved {
			all = append(all, &ScenarioError{e.Pos.String(), errors.New(e.Msg)})
		}
		return errors.Join(all...)
	case errors.As(err, &unparsed):
		return &ScenarioError{unparsed.Pos.String(), errors.New(unparsed.Msg)}
	case errors.As(err, &failed):
		return &ScenarioError{place(failed, name), err}
	}
	return &ScenarioError{name, err}
}

// place is where in the file an evaluation failed.
func place(err *starlark.EvalError, name string) string {
	for _, frame := range slices.Backward(err.CallStack) {
		if frame.Pos.Line > 0 {
			return frame.Pos.String()
		}
	}
	return name
}

// globalNames are the globals that mean something.
var globalNames = []string{"answers", "faults", "hosts", "schedule", "seed", "start", "systems"}

// read takes the parts of the scenario from the file's globals.
func (s *Scenario) read(globals starlark.StringDict) error {
	readers := map[string]func(starlark.Value) error{
		"systems": s.readSystems, "hosts": s.readHosts, "faults": s.readFaults, "schedule": s.readSchedule,
		"answers": s.readAnswers, "seed": s.readSeed, "start": s.readStart,
	}
	var all []error
	for _, name := range globals.Keys() {
		if read := readers[name]; read != nil {
			if err := read(globals[name]); err != nil {
				all = append(all, &ScenarioError{s.Name, fmt.Errorf("%s: %w", name, err)})
			}
			continue
		}
		if meant := nearest(name, globalNames); meant != "" {
			all = append(all, &ScenarioError{s.Name, fmt.Errorf("got the global %q, which means nothing here, want %q (or another name)", name, meant)})
		}
	}
	return errors.Join(all...)
}

func (s *Scenario) readSystems(v starlark.Value) error {
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, want a list of simulate.exaoperation and simulate.rhino", v.Type())
	}
	s.lists = true
	for e := range starlark.Elements(it) {
		t, _ := e.(*thing)
		if t == nil {
			return fmt.Errorf("[%d]: got %s, want simulate.exaoperation or simulate.rhino", len(s.Systems), e.Type())
		}
		system, ok := t.value.(SystemScenario)
		if !ok {
			return fmt.Errorf("[%d]: got %s, want simulate.exaoperation or simulate.rhino", len(s.Systems), t.kind)
		}
		s.Systems = append(s.Systems, system)
		s.at[system.Name] = t.at.String()
	}
	return nil
}

func (s *Scenario) readHosts(v starlark.Value) error {
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, want a list of simulate.host", v.Type())
	}
	for e := range starlark.Elements(it) {
		t, _ := e.(*thing)
		if t == nil {
			return fmt.Errorf("[%d]: got %s, want simulate.host", len(s.Hosts), e.Type())
		}
		h, ok := t.value.(HostScenario)
		if !ok {
			return fmt.Errorf("[%d]: got %s, want simulate.host", len(s.Hosts), t.kind)
		}
		s.Hosts = append(s.Hosts, h)
		s.hostsAt = append(s.hostsAt, t.at.String())
	}
	return nil
}

func (s *Scenario) readFaults(v starlark.Value) error {
	it, ok := v.(starlark.Iterable)
	if !ok {
		return fmt.Errorf("got %s, want a list of fault.*", v.Type())
	}
	for e := range starlark.Elements(it) {
		t, _ := e.(*thing)
		if t == nil {
			return fmt.Errorf("[%d]: got %s, want fault.*", len(s.listed), e.Type())
		}
		switch f := t.value.(type) {
		case planned, HostFault:
		case Fault:
			s.Faults = append(s.Faults, f)
		case Kill:
			s.Kills = append(s.Kills, f)
		default:
			return fmt.Errorf("[%d]: got %s, want fault.*", len(s.listed), t.kind)
		}
		s.listed = append(s.listed, listed{t.value, t.kind, t.at.String()})
	}
	return nil
}

func (s *Scenario) readSchedule(v starlark.Value) error {
	s.Scheduled = true
	return s.readFaults(v)
}

func (s *Scenario) readAnswers(v starlark.Value) error {
	answers := pairs[text, *text]{of: "answers, by a part of the question"}
	if err := answers.Unpack(v); err != nil {
		return err
	}
	for _, a := range answers.list {
		s.Answers = append(s.Answers, ScriptedAnswer{Question: a.key, Answer: string(a.value)})
	}
	return nil
}

func (s *Scenario) readSeed(v starlark.Value) error {
	n, ok := v.(starlark.Int)
	seed, fits := n.Uint64()
	if !ok || !fits || seed == 0 {
		return fmt.Errorf("got %s, want an integer from 1 on", v)
	}
	s.Seed = seed
	return nil
}

func (s *Scenario) readStart(v starlark.Value) error {
	text, _ := starlark.AsString(v)
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			s.Start = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("got %s, want a time such as \"2024-01-31 08:00:00\", in UTC", v)
}

// nearest is the word that a misspelt one may have meant, or "".
func nearest(got string, words []string) string {
	sorted := slices.Clone(words)
	sort.SliceStable(sorted, func(i, j int) bool { return distance(got, sorted[i]) < distance(got, sorted[j]) })
	if strings.HasPrefix(got, "_") || distance(got, sorted[0]) > 2 {
		return ""
	}
	return sorted[0]
}

// distance is how many letters must be put in, left out or exchanged.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
