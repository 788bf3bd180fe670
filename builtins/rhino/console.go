package rhino

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/effect"
	"runbook/interpreter"
)

// A call is one command for the console.
type call struct {
	words []string // the command and its arguments
	read  bool
	via   nodeID // whose host's console takes it; 0 for the first that connects
	how   how
	probe starlark.Callable
}

// pairs are the arguments of a typed method that say how, for UnpackArgs.
func (k *call) pairs(change bool) []any {
	return append([]any{"via??", &k.via}, k.how.pairs(change)...)
}

// An answer is what the console printed.
type answer struct {
	call  *call
	host  *host.Host
	text  string
	known bool // false of a change in doubt that was settled: nothing was printed
}

// ask gives a command to the console of an event-router node. Where the script
// names none, nodes are tried in order of their ids, and one whose console
// cannot connect is passed over: it has changed nothing.
func (c *Cluster) ask(t *starlark.Thread, b *starlark.Builtin, k *call) (*answer, error) {
	through, err := c.through(k.via)
	if err != nil {
		return nil, fmt.Errorf("%s: for parameter via: %w", b.Name(), err)
	}
	var silent []*effect.Error
	for _, n := range through {
		a, err := c.askNode(t, b, k, n)
		var e *effect.Error
		if err == nil || !interpreter.IsOutcome(err) || !errors.As(err, &e) || e.Kind != effect.Unreachable || e.Doubt {
			return a, err
		}
		silent = append(silent, e)
	}
	return nil, c.unreachable(k, through, silent)
}

// through are the nodes whose consoles are asked: of each host the first.
func (c *Cluster) through(via nodeID) ([]*Node, error) {
	if via != 0 {
		return c.pickRouters(&nodeIDs{ids: []int{int(via)}, given: true})
	}
	var first []*Node
	for _, n := range c.EventRouters() {
		if !slices.ContainsFunc(first, func(o *Node) bool { return oneHost(o.Host, n.Host) }) {
			first = append(first, n)
		}
	}
	return first, nil
}

// askNode gives a command to the console on the host of a node.
func (c *Cluster) askNode(t *starlark.Thread, b *starlark.Builtin, k *call, n *Node) (*answer, error) {
	out, err := n.Host.Run(t, b, host.Command{
		Argv: append([]string{n.file(c.Conventions.Console)}, k.words...),
		Read: k.read, Timeout: k.how.limit(), Policy: k.how.policy(k.probe),
	})
	a := &answer{call: k, host: n.Host, text: out.Stdout, known: err == nil && out.Known}
	var e *effect.Error
	switch {
	case err == nil && out.Cut > 0:
		return nil, a.protocol(t, b, &malformed{0, fmt.Sprintf("%d bytes too many", out.Cut), fmt.Sprintf("at most %d", host.DefaultLimit)})
	case err == nil && out.Known:
		return a, c.complaint(t, b, k, n, out)
	case err != nil && interpreter.IsOutcome(err) && errors.As(err, &e) && e.Kind == effect.Exit:
		return nil, c.explain(k, n, e)
	}
	return a, err
}

// unreachable is the error of a console that no node has answered.
func (c *Cluster) unreachable(k *call, asked []*Node, silent []*effect.Error) error {
	if len(silent) == 1 {
		return silent[0]
	}
	last := *silent[len(silent)-1]
	why := make([]string, len(silent))
	for i, e := range silent {
		why[i] = fmt.Sprintf("%s on %s: %s", asked[i].Name(), asked[i].Host.Name(), strings.TrimPrefix(e.Message, k.title()+": "))
	}
	last.Target = c.name
	last.Message = fmt.Sprintf("%s: no console answers: %s", k.title(), strings.Join(why, "; "))
	last.Hint = "see which nodes run: runbook exec rhino/status.star"
	return &last
}

// title is what messages call the command.
func (k *call) title() string { return "rhino-console " + k.words[0] }

// protocol is the error of output that cannot be understood.
func (a *answer) protocol(t *starlark.Thread, b *starlark.Builtin, cause error) error {
	e := &effect.Error{
		Kind: effect.Protocol, Target: a.host.Name(), Operation: effect.OpRun, Message: a.call.title() + ": " + cause.Error(),
		Hint: "see what it prints on " + a.host.Name() + ": rhino-console " + strings.Join(a.call.words, " "),
	}
	if branch, err := interpreter.Of(t, b); err == nil {
		e.ID = branch.Last()
	}
	return e
}
