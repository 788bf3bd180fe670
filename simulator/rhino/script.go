package rhino

import (
	"cmp"
	"fmt"
	"path"
	"strconv"
	"strings"

	"runbook/effect"
	"runbook/simulator/host"
)

// start is the program start-rhino.sh of a node.
func (n *node) start(p *host.Process) int {
	c, t := n.c, &n.c.Texts
	f, problem := c.parseFlags(n.spec.ID, p.Args()[1:])
	switch {
	case n.alive():
		fmt.Fprintln(p.Stderr, put(t.StartRunning, "id", n.name, "n", strconv.Itoa(n.jvm.PID())))
		return statusError
	case n.supervised():
		fmt.Fprintln(p.Stderr, put(t.StartRunning, "id", n.name, "n", strconv.Itoa(n.script.PID())))
		return statusError
	case problem != "":
		fmt.Fprintf(p.Stderr, "%s\n%s\n", problem, t.StartUsage)
		_ = p.Files().WriteFile(n.path(c.Conventions.HaltFile), nil)
		return statusMisconfigured
	}
	if at, err := n.prepare(p); err != nil {
		fmt.Fprintln(p.Stderr, put(t.StartDisk, "path", at, "text", host.Text(err)))
		return statusError
	}
	n.script = p
	return n.supervise(p, f, nil)
}

// supervised reports whether a start-rhino.sh of the node runs.
func (n *node) supervised() bool { return n.script != nil && !n.script.Ended() }

// prepare removes the halt file and writes the configuration with its variables
// substituted. The path is what could not be written.
func (n *node) prepare(p *host.Process) (at string, err error) {
	c, files := n.c, p.Files()
	if n.halted() {
		if err := files.Remove(n.path(c.Conventions.HaltFile)); err != nil {
			return n.path(c.Conventions.HaltFile), err
		}
	}
	config := n.path("work/start-rhino.sh/config")
	for _, dir := range append([]string{config}, n.dirs()...) {
		if err := files.MkdirAll(dir, 0o755); err != nil {
			return dir, err
		}
	}
	text := substitute(rhinoConfig, n.readVariables())
	at = path.Join(config, "rhino-config.xml")
	return at, files.WriteFile(at, []byte(text))
}

// supervise runs the node's JVM, and starts it again as long as the options and
// the halt file say so. A JVM that runs already is waited for first.
func (n *node) supervise(p *host.Process, f flags, running *host.Process) int {
	c, t := n.c, &n.c.Texts
	for {
		if running == nil {
			n.launch(p, f, n.life)
			running = n.jvm
		}
		status := p.Wait(running)
		for n.step != down {
			p.Pause() // its end has not been told to the others yet
		}
		running = nil
		if status == statusRestart {
			f = c.restarted(f)
			continue
		}
		if n.halted() {
			fmt.Fprintln(p.Stdout, put(t.StartHalted, "id", n.name, "n", strconv.Itoa(status)))
			return status
		}
		if !f.again {
			return status
		}
		pause := c.draw(c.Timings.AutoRestart, forEnd, n.spec.ID, 0)
		fmt.Fprintln(p.Stdout, put(t.StartCrashed, "id", n.name, "n", strconv.Itoa(status), "text", effect.FormatDuration(pause)))
		p.Sleep(pause)
		if n.halted() && c.Behaviour.HaltWhilePaused == "stops" {
			fmt.Fprintln(p.Stdout, put(t.StartHalted, "id", n.name, "n", strconv.Itoa(status)))
			return status
		}
		f = c.restarted(f)
	}
}

// stop is the program stop-rhino.sh of a node.
func (n *node) stop(p *host.Process) int {
	c, v := n.c, &n.c.Conventions
	args := p.Args()[1:]
	if _, ok := match(v.KillArguments, args); ok {
		return n.stopKill(p)
	}
	if _, ok := match(v.StopCluster, args); ok {
		return c.stopClean(p)
	}
	if id, ok := match(v.StopArguments, args); ok {
		return c.stopClean(p, "-nodes", cmp.Or(id, n.name))
	}
	text := put(v.StopArguments, "id", "<node id>") + " | " + v.StopCluster + " | " + v.KillArguments
	fmt.Fprintln(p.Stderr, put(c.Texts.StopUsage, "text", text))
	return statusError
}

// match reports whether arguments are those of a pattern, and what {id} stands for.
func match(pattern string, args []string) (id string, ok bool) {
	words := strings.Fields(pattern)
	if pattern == "none" {
		words = nil
	}
	if len(words) != len(args) {
		return "", false
	}
	for i, w := range words {
		if before, after, any := strings.Cut(w, "{id}"); any && strings.HasPrefix(args[i], before) && strings.HasSuffix(args[i], after) {
			id = strings.TrimSuffix(strings.TrimPrefix(args[i], before), after)
		} else if w != args[i] {
			return "", false
		}
	}
	return id, true
}

func (n *node) stopKill(p *host.Process) int {
	c := n.c
	if !n.alive() {
		if n.supervised() {
			_ = p.Files().WriteFile(n.path(c.Conventions.HaltFile), nil)
		}
		fmt.Fprintln(p.Stderr, put(c.Texts.StopNotRunning, "id", n.name))
		return statusError
	}
	pid := n.jvm.PID()
	n.halt()
	n.told = p.Started()
	signal, _ := host.ParseSignal(c.Behaviour.StopKill)
	n.jvm.Signal(signal)
	fmt.Fprintln(p.Stdout, put(c.Texts.StopKilled, "id", n.name, "n", strconv.Itoa(pid)))
	return 0
}

// stopClean shuts nodes down through a console; without arguments, all.
func (c *Cluster) stopClean(p *host.Process, nodes ...string) int {
	console := c.shared(c.Conventions.Console)
	if c.Behaviour.StopDrains == "yes" {
		for _, command := range []string{"stop", "waittilstopped"} {
			argv := append([]string{console, command}, nodes...)
			if command == "stop" {
				argv = append(argv, "-ifneeded")
			}
			if status := p.Wait(p.Spawn(host.Command{Argv: argv})); status != 0 {
				return status
			}
		}
	}
	return p.Wait(p.Spawn(host.Command{Argv: append([]string{console, "shutdown"}, nodes...)}))
}

// makePrimary is the program make-primary.sh of a node.
func (n *node) makePrimary(p *host.Process) int {
	c := n.c
	if n.remembersPrimary() {
		fmt.Fprintln(p.Stderr, put(c.Texts.PrimaryThere, "id", n.name))
		return statusError
	}
	at := n.primary
	err := p.Files().MkdirAll(path.Dir(at), 0o755)
	if err == nil {
		err = p.Files().WriteFile(at, []byte(marker{}.text()))
	}
	if err != nil {
		fmt.Fprintln(p.Stderr, put(c.Texts.StartDisk, "path", at, "text", host.Text(err)))
		return statusError
	}
	fmt.Fprintln(p.Stdout, put(c.Texts.PrimaryMade, "id", n.name))
	return 0
}

// dumpThreads is the program dumpthreads.sh of a node: it sends QUIT.
func (n *node) dumpThreads(p *host.Process) int {
	if !n.alive() {
		fmt.Fprintln(p.Stderr, put(n.c.Texts.StopNotRunning, "id", n.name))
		return statusError
	}
	n.jvm.Signal(host.QUIT)
	fmt.Fprintln(p.Stdout, put(n.c.Texts.DumpDone, "n", strconv.Itoa(n.jvm.PID())))
	return 0
}

// consoleLog is the program consolelog.sh of a node: what it reads is the console's log.
func (n *node) consoleLog(p *host.Process) int {
	buffer := make([]byte, 4096)
	for {
		size, err := p.Stdin.Read(buffer)
		if size > 0 {
			_ = p.Files().AppendFile(n.path(n.c.Conventions.StartLog), buffer[:size])
		}
		if err != nil {
			return 0
		}
	}
}

// substitute replaces @VARIABLES@.
func substitute(text string, variables map[string]string) string {
	parts := strings.Split(text, "@")
	for i := 1; i < len(parts)-1; i += 2 {
		parts[i] = variables[parts[i]]
	}
	return strings.Join(parts, "")
}
