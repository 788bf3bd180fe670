package rhino

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"runbook/simulator/host"
)

// rhinoSh is the program rhino.sh: it looks after the nodes of its own host.
func (c *Cluster) rhinoSh(p *host.Process) int {
	args := p.Args()[1:]
	if len(args) == 0 {
		fmt.Fprintln(p.Stderr, c.Texts.RhinoUsage)
		return statusError
	}
	env := c.rhinoEnv(p)
	nodes := configured(c.on(p.Machine()), env)
	switch {
	case len(args) == 3 && args[1] == "-nodes":
		var problem string
		if nodes, problem = c.chosen(p.Machine(), args[2]); problem != "" {
			fmt.Fprintln(p.Stderr, problem)
			return statusError
		}
	case len(args) != 1:
		fmt.Fprintln(p.Stderr, c.Texts.RhinoUsage)
		return statusError
	}
	switch args[0] {
	case "start":
		return c.startNodes(p, env, slices.DeleteFunc(slices.Clone(nodes), (*node).alive))
	case "stop":
		return c.stopNodes(p, env, operational(nodes))
	case "kill":
		return c.killNodes(p, operational(nodes))
	case "restart":
		if running := operational(nodes); len(running) > 0 {
			c.killNodes(p, running)
		}
		return c.startNodes(p, env, nodes)
	case "status":
		for _, n := range nodes {
			state := c.Texts.RhinoUp
			if !n.alive() {
				state = c.Texts.RhinoDown
			}
			fmt.Fprintln(p.Stdout, put(c.Texts.RhinoStatus, "id", n.name, "state", state))
		}
		return 0
	}
	fmt.Fprintln(p.Stderr, c.Texts.RhinoUsage)
	return statusError
}

// configured are those of a host's nodes that the environment names; all of
// them if it names none.
func configured(nodes []*node, env map[string]string) []*node {
	list := strings.Split(env["RHINO_SLEE_NODES"]+","+env["RHINO_QUORUM_NODES"], ",")
	if strings.Join(list, "") == "" {
		return nodes
	}
	return slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return !slices.Contains(list, n.name) })
}

// operational are those of the nodes that run.
func operational(nodes []*node) []*node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return !n.alive() })
}

// chosen are the nodes of a list that are on the machine.
func (c *Cluster) chosen(m *host.Machine, list string) (nodes []*node, problem string) {
	for id := range strings.SplitSeq(list, ",") {
		number, _ := strconv.Atoi(id)
		n := c.byID[number]
		if n == nil || n.machine != m {
			return nil, put(c.Texts.RhinoUnknown, "id", id)
		}
		nodes = append(nodes, n)
	}
	return nodes, ""
}

// rhinoEnv is the environment of rhino.sh: rhino.env, and what was set besides.
func (c *Cluster) rhinoEnv(p *host.Process) map[string]string {
	env := map[string]string{}
	if data, err := p.Files().ReadFile(c.shared(c.Conventions.RhinoEnv)); err == nil {
		env = properties(string(data))
	}
	for _, name := range []string{"RHINO_START_INTERVAL", "RHINO_SLEE_NODES", "RHINO_QUORUM_NODES", "RHINO_START_ARGUMENTS"} {
		if value, set := p.LookupEnv(name); set {
			env[name] = value
		}
	}
	return env
}

// isQuorum reports whether rhino.sh takes the node for a quorum node.
func (n *node) isQuorum(env map[string]string) bool {
	for name, quorum := range map[string]bool{"RHINO_SLEE_NODES": false, "RHINO_QUORUM_NODES": true} {
		if slices.Contains(strings.Split(env[name], ","), n.name) {
			return quorum
		}
	}
	if n.alive() {
		return n.flags.quorum
	}
	return n.spec.Quorum
}

// startNodes starts nodes in the background, one after another.
func (c *Cluster) startNodes(p *host.Process, env map[string]string, nodes []*node) int {
	if len(nodes) == 0 {
		fmt.Fprintln(p.Stdout, put(c.Texts.RhinoNothing, "command", "start"))
		return 0
	}
	interval, err := strconv.Atoi(cmp.Or(env["RHINO_START_INTERVAL"], "0"))
	if err != nil || interval < 0 {
		fmt.Fprintln(p.Stderr, c.Texts.RhinoUsage)
		return statusError
	}
	for i, n := range nodes {
		args := cmp.Or(env["RHINO_START_ARGUMENTS"], c.Conventions.StartSLEE)
		if n.isQuorum(env) {
			args = c.Conventions.StartQuorum
		}
		delay := i * interval
		argv := append([]string{n.path(c.Conventions.StartScript)}, strings.Fields(args)...)
		log := appender{p.Files(), n.path(c.Conventions.StartLog)}
		p.Spawn(host.Command{
			Argv: argv, Dir: n.spec.Dir, Detached: true, Input: []byte{}, Stdout: log, Stderr: log,
			Run: func(q *host.Process) int {
				q.Sleep(time.Duration(delay) * time.Second)
				return q.Exec(argv)
			},
		})
		fmt.Fprintln(p.Stdout, put(c.Texts.RhinoStarted, "id", n.name, "n", strconv.Itoa(delay)))
	}
	return 0
}

// stopNodes stops the SLEE where it needs to be, and shuts the nodes down.
func (c *Cluster) stopNodes(p *host.Process, env map[string]string, nodes []*node) int {
	if len(nodes) == 0 {
		fmt.Fprintln(p.Stdout, put(c.Texts.RhinoNothing, "command", "stop"))
		return 0
	}
	fmt.Fprintln(p.Stdout, put(c.Texts.RhinoStopping, "nodes", ids(nodes)))
	routers := slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return n.isQuorum(env) })
	var commands [][]string
	if len(routers) > 0 {
		commands = [][]string{{"stop", "-ifneeded", "-nodes", ids(routers)}, {"waittilstopped", "-nodes", ids(routers)}}
	}
	for _, command := range append(commands, []string{"shutdown", "-nodes", ids(nodes)}) {
		fmt.Fprintln(p.Stdout, put(c.Texts.RhinoExecuting, "command", strings.Join(command, " ")))
		argv := append([]string{c.shared(c.Conventions.Console)}, command...)
		if status := p.Wait(p.Spawn(host.Command{Argv: argv})); status != 0 {
			return status
		}
	}
	return 0
}

// killNodes sends nodes TERM.
func (c *Cluster) killNodes(p *host.Process, nodes []*node) int {
	if len(nodes) == 0 {
		fmt.Fprintln(p.Stdout, put(c.Texts.RhinoNothing, "command", "kill"))
		return 0
	}
	for _, n := range nodes {
		if c.Behaviour.KillHalts == "yes" {
			n.halt()
		}
		n.told = p.Started()
		n.jvm.Signal(host.TERM)
		fmt.Fprintln(p.Stdout, put(c.Texts.RhinoKilling, "id", n.name))
	}
	return 0
}

// sleeSh is the program slee.sh: consoles with other words.
func (c *Cluster) sleeSh(p *host.Process) int {
	args := p.Args()[1:]
	command := ""
	if len(args) > 0 {
		command = args[0]
		args = args[1:]
	}
	if i := slices.Index(args, "-local"); i >= 0 {
		args = slices.Replace(slices.Clone(args), i, i+1, "-nodes", ids(slices.DeleteFunc(c.on(p.Machine()), func(n *node) bool { return n.spec.Quorum })))
	}
	switch {
	case command == "state" && c.strict:
	case command == "state" && len(args) == 0:
		command, args = "getsleeactualstate", []string{"-all"}
	case command == "state":
		command = "getsleeactualstate"
	case slices.Contains([]string{"start", "stop", "reboot", "shutdown"}, command):
	default:
		fmt.Fprintln(p.Stderr, c.Texts.SleeUsage)
		return statusError
	}
	return p.Wait(p.Spawn(host.Command{Argv: append([]string{c.shared(c.Conventions.Console), command}, args...)}))
}

// createNode is the program create-node.sh: it adds a node to the host.
func (c *Cluster) createNode(p *host.Process) int {
	args := p.Args()[1:]
	id := 0
	if len(args) == 1 {
		id, _ = strconv.Atoi(args[0])
	}
	m := p.Machine()
	if id < 1 || id > 32767 {
		fmt.Fprintln(p.Stderr, c.Texts.CreateUsage)
		return statusError
	}
	if m.Full() {
		fmt.Fprintln(p.Stderr, put(c.Texts.StartDisk, "path", c.Home, "text", host.ErrNoSpace.Error()))
		return statusError
	}
	n := c.byID[id]
	if n == nil {
		spec := Node{ID: id, Host: m.Name(), Port: 1199 + 100*len(c.on(m)), State: NodeNew}
		spec.Dir = c.DefaultDir(id)
		n = c.addNode(spec, m)
		c.stale = true
	}
	if n.machine != m || m.Files().Exists(n.path(c.Conventions.StartScript)) {
		fmt.Fprintln(p.Stderr, put(c.Texts.CreateThere, "id", n.name))
		return statusError
	}
	c.layOutNode(n)
	fmt.Fprintln(p.Stdout, put(c.Texts.CreateDone, "id", n.name, "path", n.spec.Dir))
	return 0
}
