package rhino

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/builtins/value"
)

// run runs one of the node's scripts in the node's directory.
func (n *Node) run(t *starlark.Thread, b *starlark.Builtin, script, words string, h *how, probe starlark.Callable) (starlark.Value, error) {
	out, err := n.Host.Run(t, b, host.Command{
		Argv: append([]string{n.file(script)}, strings.Fields(n.file(words))...), Dir: n.Home,
		Timeout: h.limit(), Policy: h.policy(probe),
	})
	if err != nil {
		return nil, err
	}
	return out.Value(), nil
}

// scripted is the node of a method that takes nothing but how.
func scripted(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, otherwise time.Duration) (*Node, *how, error) {
	h := &how{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, h.pairs(true)...); err != nil {
		return nil, nil, err
	}
	if h.limit() == 0 {
		h.timeout.Duration = value.Duration(otherwise)
	}
	n, err := bound(b)
	return n, h, err
}

// stop takes the node out of the cluster and ends its process.
func stop(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n, h, err := scripted(b, args, kwargs, slow)
	if err != nil {
		return nil, err
	}
	c := n.cluster.Conventions
	return n.run(t, b, c.StopScript, c.StopArguments, h, n.cluster.goneProbe(b.Name()+" (probe)", []*Node{n}, notDone))
}

// kill ends the node's process.
func kill(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n, h, err := scripted(b, args, kwargs, 0)
	if err != nil {
		return nil, err
	}
	c := n.cluster.Conventions
	return n.run(t, b, c.StopScript, c.KillArguments, h, n.cluster.goneProbe(b.Name()+" (probe)", []*Node{n}, notDone))
}

// makePrimary makes the node the one that creates the primary component.
func makePrimary(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n, h, err := scripted(b, args, kwargs, 0)
	if err != nil {
		return nil, err
	}
	if n.Quorum {
		return nil, fmt.Errorf("%s: got quorum node %d, want an event-router node: that one creates the primary component", b.Name(), n.ID)
	}
	if err := n.refusePrimary(t, b, ", want a node that has none"); err != nil {
		return nil, err
	}
	settle := probe(b.Name()+" (probe)", func(t *starlark.Thread, b *starlark.Builtin) (string, error) {
		s, err := n.look(t, b, look{lines: 1})
		if err != nil || !s.Primary {
			return notDone, err
		}
		return done, nil
	})
	return n.run(t, b, n.cluster.Conventions.MakePrimaryScript, "", h, settle)
}

// controls are the commands of rhino.sh. All but status change something.
var controls = []string{"start", "stop", "kill", "restart", "status"}

// rhinoSH runs rhino.sh on one host, whose nodes alone it affects.
func rhinoSH(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var command string
	var on host.Ref
	var of nodeIDs
	var h how
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, append([]any{"command", &command, "host", &on, "nodes??", &of}, h.pairs(true)...)...); err != nil {
		return nil, err
	}
	c := b.Receiver().(*Cluster)
	change := command != "status"
	switch {
	case !slices.Contains(controls, command):
		return nil, fmt.Errorf("%s: for parameter command: got %q, want %s", b.Name(), command, choice(controls))
	case !change && h.settled:
		return nil, fmt.Errorf("%s: for parameter recover: got a policy for status, which only reads, want one or the other", b.Name())
	}
	local, err := c.localNodes(on.Host, &of)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	argv := []string{local[0].file(c.Conventions.ControlScript), command}
	if of.given {
		argv = append(argv, "-nodes", of.words())
	}
	if h.limit() == 0 && change {
		h.timeout.Duration = value.Duration(slow)
	}
	out, err := on.Host.Run(t, b, host.Command{
		Argv: argv, Read: !change, Timeout: h.limit(), Policy: h.policy(c.controlProbe(b.Name()+" (probe)", command, local)),
	})
	if err != nil {
		return nil, err
	}
	rows := parseStarted(out.Stdout)
	started, err := rowsOf(rows, nil, func(r startedRow) starlark.StringDict {
		return starlark.StringDict{"id": starlark.MakeInt(r.ID), "delay": startime.Duration(r.Delay)}
	})
	return fields(starlark.StringDict{"started": started, "text": starlark.String(strings.ToValidUTF8(out.Stdout, "\uFFFD"))}), err
}

// localNodes are the nodes on a host that are named, or all on it.
func (c *Cluster) localNodes(h *host.Host, named *nodeIDs) ([]*Node, error) {
	local := slices.DeleteFunc(slices.Clone(c.Nodes), func(n *Node) bool { return !oneHost(n.Host, h) })
	if len(local) == 0 {
		return nil, fmt.Errorf("for parameter host: got %s, want a host of %s: no node is there", h.Name(), c.name)
	}
	if !named.given {
		return local, nil
	}
	picked, err := c.pick(named)
	if err != nil {
		return nil, fmt.Errorf("for parameter nodes: %w", err)
	}
	for _, n := range picked {
		if !slices.Contains(local, n) {
			return nil, fmt.Errorf("for parameter nodes: got %d, which is on %s, want nodes on %s: %s", n.ID, n.Host.Name(), h.Name(), ids(local))
		}
	}
	return picked, nil
}

// controlProbe tells whether rhino.sh has brought nodes up or down. What a
// restart did cannot be seen.
func (c *Cluster) controlProbe(name, command string, of []*Node) starlark.Callable {
	switch command {
	case "stop", "kill":
		return c.goneProbe(name, of, notDone)
	case "start":
		return probe(name, func(t *starlark.Thread, b *starlark.Builtin) (string, error) {
			up := 0
			for _, n := range of {
				s, err := n.look(t, b, look{lines: 1})
				if err != nil {
					return "", err
				}
				if s.Running || s.Script > 0 {
					up++
				}
			}
			return verdict(up, len(of), len(of)), nil
		})
	}
	return nil
}

// A startedRow is a node that rhino.sh has started or will start.
type startedRow struct {
	ID    int
	Delay time.Duration
}

var initiated = regexp.MustCompile(`^Rhino node (\d+) startup initiated with (\d+)s delay$`)

// parseStarted reads "Rhino node 101 startup initiated with 0s delay".
func parseStarted(text string) []startedRow {
	var rows []startedRow
	for _, l := range linesOf(text) {
		if m := initiated.FindStringSubmatch(l.text); m != nil {
			id, ok := number(m[1])
			delay, fits := number(m[2])
			if ok && fits {
				rows = append(rows, startedRow{id, time.Duration(delay) * time.Second})
			}
		}
	}
	return rows
}
