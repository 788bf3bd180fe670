package rhino

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/value"
)

// Conventions are the names and texts of a Rhino installation that its
// documents leave open, or that a site may have changed. In them {base} stands
// for the home of the cluster, {home} for that of a node, and {id} for its id.
// The fields are described where their defaults are: see [Listed].
type Conventions struct {
	NodeHome, StartScript, StopScript, MakePrimaryScript, ControlScript, Console string

	StopArguments, KillArguments string // words, split at spaces

	HaltFile, PidFile, PrimaryFile, Log, StartLog string

	ReadyLine, Process, ProcessHome string

	AlarmsCommand, NoAlarms, NotConnected, LoginFailed, UnknownCommand string
}

// A Mark tells how sure a convention is.
type Mark string

// The marks of a convention.
const (
	Documented Mark = "doc"     // the vendor's documents say so
	Inferred   Mark = "inf"     // follows from them
	Recalled   Mark = "mem"     // remembered, found in no source
	Default    Mark = "default" // nothing is known; a name of ours
)

// A Convention is one of the [Conventions].
type Convention struct {
	Name  string // as a parameter of rhino.conventions
	Value string // the default
	Mark  Mark
	About string

	field func(*Conventions) *string
	empty bool // it may be ""
}

// Listed are all conventions with their defaults: the one place for what is
// not certain about Rhino.
var Listed = []Convention{
	{Name: "node_home", Value: "{base}/node-{id}", Mark: Documented, About: "directory of a node, where it has no home of its own", field: func(c *Conventions) *string { return &c.NodeHome }},
	{Name: "start_script", Value: "{home}/start-rhino.sh", Mark: Documented, About: "starts a node", field: func(c *Conventions) *string { return &c.StartScript }},
	{Name: "stop_script", Value: "{home}/stop-rhino.sh", Mark: Inferred, About: "stops a node; its place is inferred", field: func(c *Conventions) *string { return &c.StopScript }},
	{Name: "stop_arguments", Value: "--node {id}", Mark: Recalled, About: "words for the stop script that take a node out of the cluster", field: func(c *Conventions) *string { return &c.StopArguments }, empty: true},
	{Name: "kill_arguments", Value: "--kill", Mark: Recalled, About: "words for the stop script that end the process", field: func(c *Conventions) *string { return &c.KillArguments }, empty: true},
	{Name: "make_primary_script", Value: "{home}/make-primary.sh", Mark: Documented, About: "makes a node the one that creates the primary component", field: func(c *Conventions) *string { return &c.MakePrimaryScript }},
	{Name: "control_script", Value: "{base}/rhino.sh", Mark: Documented, About: "controls the nodes of one host", field: func(c *Conventions) *string { return &c.ControlScript }},
	{Name: "console", Value: "{base}/client/bin/rhino-console", Mark: Documented, About: "takes management commands", field: func(c *Conventions) *string { return &c.Console }},
	{Name: "halt_file", Value: "{home}/work/halt_file", Mark: Documented, About: "is there when a node was ended on purpose", field: func(c *Conventions) *string { return &c.HaltFile }},
	{Name: "pid_file", Value: "{home}/work/rhino.pid", Mark: Documented, About: "holds the process id of a node", field: func(c *Conventions) *string { return &c.PidFile }},
	{Name: "primary_file", Value: "{home}/work/primary_component", Mark: Default, About: "is there when a node has its primary component configuration; its real name is not known", field: func(c *Conventions) *string { return &c.PrimaryFile }},
	{Name: "log", Value: "{home}/work/log/rhino.log", Mark: Documented, About: "log of a node", field: func(c *Conventions) *string { return &c.Log }},
	{Name: "start_log", Value: "{home}/work/log/console.log", Mark: Documented, About: "file that the output of the start script is appended to", field: func(c *Conventions) *string { return &c.StartLog }},
	{Name: "ready_line", Value: "has joined the primary component and started fully", Mark: Default, About: "part of the line in the log that says a node is ready; words of the troubleshooting guide, maybe not of the log", field: func(c *Conventions) *string { return &c.ReadyLine }},
	{Name: "process", Value: "RhinoBoot.jar", Mark: Documented, About: "part of the command line of every node's process", field: func(c *Conventions) *string { return &c.Process }},
	{Name: "process_home", Value: "{home}", Mark: Default, About: "part of the command line that tells one node's process from another's; empty if only the pid file does", field: func(c *Conventions) *string { return &c.ProcessHome }, empty: true},
	{Name: "alarms_command", Value: "listactivealarms", Mark: Recalled, About: "console command that lists the active alarms", field: func(c *Conventions) *string { return &c.AlarmsCommand }},
	{Name: "no_alarms", Value: "No active alarms", Mark: Default, About: "part of what the console prints where there are no alarms", field: func(c *Conventions) *string { return &c.NoAlarms }},
	{Name: "not_connected", Value: "Could not connect to Rhino", Mark: Documented, About: "what a console prints that cannot reach its node", field: func(c *Conventions) *string { return &c.NotConnected }},
	{Name: "login_failed", Value: "Login failed", Mark: Documented, About: "what a console prints whose user is refused", field: func(c *Conventions) *string { return &c.LoginFailed }},
	{Name: "unknown_command", Value: "Unknown command", Mark: Default, About: "what a console prints that does not know the command", field: func(c *Conventions) *string { return &c.UnknownCommand }},
}

// defaults are the conventions with nothing changed.
func defaults() *Conventions {
	c := &Conventions{}
	for _, l := range Listed {
		*l.field(c) = l.Value
	}
	return c
}

// Get is the value of the named convention, as rhino.conventions names it; ""
// if there is none of that name.
func (c *Conventions) Get(name string) string {
	for _, l := range Listed {
		if l.Name == name {
			return *l.field(c)
		}
	}
	return ""
}

var _ starlark.HasAttrs = (*Conventions)(nil)

func (c *Conventions) String() string        { return "<rhino.conventions>" }
func (c *Conventions) Type() string          { return "rhino.conventions" }
func (c *Conventions) Freeze()               {}
func (c *Conventions) Truth() starlark.Bool  { return true }
func (c *Conventions) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", c.Type()) }

// Attr returns a convention by its name.
func (c *Conventions) Attr(name string) (starlark.Value, error) {
	for _, l := range Listed {
		if l.Name == name {
			return starlark.String(*l.field(c)), nil
		}
	}
	return nil, nil
}

// AttrNames lists the conventions.
func (c *Conventions) AttrNames() []string {
	names := make([]string, len(Listed))
	for i, l := range Listed {
		names[i] = l.Name
	}
	slices.Sort(names)
	return names
}

// NewConventions makes conventions that differ from the defaults.
func NewConventions(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, fmt.Errorf("%s: got %d positional arguments, want keyword arguments such as console=", b.Name(), len(args))
	}
	c := defaults()
	pairs := make([]any, 0, 2*len(Listed))
	for _, l := range Listed {
		pairs = append(pairs, l.Name+"?", l.field(c))
	}
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, pairs...); err != nil {
		return nil, err
	}
	for _, l := range Listed {
		if err := l.check(*l.field(c)); err != nil {
			return nil, fmt.Errorf("%s: for parameter %s: %w", b.Name(), l.Name, err)
		}
	}
	return c, nil
}

// check refuses what cannot be the value of a convention.
func (l *Convention) check(s string) error {
	switch {
	case s == "" && !l.empty:
		return fmt.Errorf("got %q, want text such as %q", s, l.Value)
	case strings.ContainsAny(s, "\r\n"):
		return fmt.Errorf("got %q, want one line", s)
	case strings.HasPrefix(l.Value, "{") && l.Name != "process_home" && !strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "{"):
		return fmt.Errorf("got %q, want an absolute path, or one that begins with {base} or {home}", s)
	case l.Name == "node_home" && strings.Contains(s, "{home}"):
		return fmt.Errorf("got %q, want no {home} in what the home is made of", s)
	}
	return value.CheckText(s)
}

// of fills in the places of a convention for a node.
func (c *Conventions) of(text, base, home string, id int) string {
	return strings.NewReplacer("{base}", base, "{home}", home, "{id}", strconv.Itoa(id)).Replace(text)
}
