package rhino

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A command is one of the console's.
type command struct {
	name  string
	usage string   // its options
	takes []string // options with a value
	flags []string // options without
	least int      // arguments that are no options
	most  int
	since int // 3: only from 3.0 on; 2: only before
	do    func(*session) bool
}

// commands are those of the facts, by name. They are made on demand: help needs
// the list that it is itself part of.
func commands() []command {
	nodes, timeout := []string{"-nodes"}, []string{"-nodes", "-timeout"}
	return []command{
		{"activateservice", "<service-id>* [-nodes node1,node2,...] [-ifneeded]", nodes, []string{"-ifneeded"}, 1, 99, 0, (*session).activate},
		{"copypernodedesiredstate", "<from> <to>", nil, nil, 2, 2, 3, (*session).copyOwn},
		{"deactivateservice", "<service-id>* [-nodes node1,node2,...] [-ifneeded]", nodes, []string{"-ifneeded"}, 1, 99, 0, (*session).deactivate},
		{"getclusterstate", "", nil, nil, 0, 0, 0, (*session).clusterState},
		{"getnodeswithpernodedesiredstate", "", nil, nil, 0, 0, 3, (*session).owners},
		{"getraentityactualstate", "<entity> <-all|-nodes node1,node2,...>", nodes, []string{"-all"}, 1, 1, 3, (*session).entityActual},
		{"getraentitydesiredstate", "<entity> <-all|-nodes node1,node2,...>", nodes, []string{"-all"}, 1, 1, 3, (*session).entityDesired},
		{"getraentitystate", "<entity> [-nodes node1,node2,...]", nodes, nil, 1, 1, 2, (*session).entityState},
		{"getsleeactualstate", "<-all|-nodes node1,node2,...>", nodes, []string{"-all"}, 0, 0, 3, (*session).actual},
		{"getsleedesiredstate", "<-default|-all|-nodes node1,node2,...>", nodes, []string{"-default", "-all"}, 0, 0, 3, (*session).desired},
		{"help", "", nil, nil, 0, 99, 0, (*session).help},
		{"installlocaldu", "<jar>", nil, nil, 1, 1, 0, (*session).install},
		{"isconverged", "[-nodes node1,node2,...]", nodes, nil, 0, 0, 3, (*session).isConverged},
		{"kill", "-nodes node1,node2,...", nodes, nil, 0, 0, 0, (*session).kill},
		{"listactivealarms", "", nil, nil, 0, 0, 0, (*session).alarms},
		{"listservicesbystate", "<state> [-node node]", []string{"-node"}, nil, 1, 1, 0, (*session).services},
		{"reboot", "[-nodes node1,node2,...] [-states state1,state2,...]", []string{"-nodes", "-states"}, nil, 0, 0, 0, (*session).reboot},
		{"removepernodedesiredstate", "<-all|-nodes node1,node2,...>", nodes, []string{"-all"}, 0, 0, 3, (*session).removeOwn},
		{"setsleedesiredstate", "<running|stopped> <-default|-nodes node1,node2,...>", nodes, []string{"-default"}, 1, 1, 3, (*session).setDesired},
		{"shutdown", "[-nodes node1,node2,...] [-timeout timeout] [-restart]", timeout, []string{"-restart"}, 0, 0, 0, (*session).shutdown},
		{"start", "[-nodes node1,node2,...] [-ifneeded]", nodes, []string{"-ifneeded"}, 0, 0, 0, (*session).start},
		{"state", "[-nodes node1,node2,...]", nodes, nil, 0, 0, 2, (*session).state},
		{"stop", "[-nodes node1,node2,...] [-reassignto -node3,node4,...] [-ifneeded]", []string{"-nodes", "-reassignto"}, []string{"-ifneeded"}, 0, 0, 0, (*session).stop},
		{"waittilconverged", "[-timeout timeout(s)]", timeout, nil, 0, 0, 3, (*session).waitConverged},
		{"waittilserviceisinactive", "<service-id> [-nodes node1,node2,...] [-timeout timeout]", timeout, nil, 1, 1, 0, (*session).waitInactive},
		{"waittilstarted", "[-nodes node1,node2,...] [-timeout timeout]", timeout, nil, 0, 0, 0, (*session).waitStarted},
		{"waittilstopped", "[-nodes node1,node2,...] [-timeout timeout]", timeout, nil, 0, 0, 0, (*session).waitStopped},
	}
}

func commandNamed(name string) *command {
	all := commands()
	if i := slices.IndexFunc(all, func(c command) bool { return c.name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// options are what stood behind a command.
type options struct {
	values map[string]string
	set    map[string]bool
	rest   []string
}

func (c *command) parse(words []string) (o options, ok bool) {
	o = options{values: map[string]string{}, set: map[string]bool{}}
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case slices.Contains(c.flags, w):
			o.set[w] = true
		case slices.Contains(c.takes, w):
			if i++; i == len(words) {
				return o, false
			}
			o.values[w], o.set[w] = words[i], true
		case strings.HasPrefix(w, "-"):
			return o, false
		default:
			o.rest = append(o.rest, w)
		}
	}
	return o, len(o.rest) >= c.least && len(o.rest) <= c.most
}

// named are the nodes of an option; nil and true if it was not given.
func (s *session) named(option string) (nodes []*node, ok bool) {
	if !s.options.set[option] {
		return nil, true
	}
	for id := range strings.SplitSeq(s.options.values[option], ",") {
		number, _ := strconv.Atoi(strings.TrimSpace(id))
		n := s.c.byID[number]
		if n == nil {
			return nil, s.fail(s.c.Texts.NodeUnknown, "id", id)
		}
		if !slices.Contains(nodes, n) {
			nodes = append(nodes, n)
		}
	}
	return nodes, true
}

// members are the named nodes, all event-router nodes if none is named. Named
// ones that are not ready in the primary component are refused.
func (s *session) members() (nodes []*node, ok bool) {
	nodes, ok = s.named("-nodes")
	if !ok {
		return nil, false
	}
	all := s.component().managed()
	if nodes == nil {
		return all, true
	}
	return nodes, s.within(nodes, all)
}

func (s *session) within(nodes, all []*node) bool {
	var missing []*node
	for _, n := range nodes {
		if !slices.Contains(all, n) {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 {
		return s.fail(s.c.Texts.NotMember, "nodes", ids(missing))
	}
	return true
}

// timeout is the value of -timeout in seconds; 0 if there is none.
func (s *session) timeout() (d time.Duration, ok bool) {
	if !s.options.set["-timeout"] {
		return 0, true
	}
	seconds, err := strconv.Atoi(s.options.values["-timeout"])
	if err != nil || seconds < 0 || seconds > 1<<30 {
		return 0, s.fail(s.c.Texts.Usage, "text", "-timeout "+s.options.values["-timeout"])
	}
	return time.Duration(seconds) * time.Second, true
}

// await waits until something is so, or the command's timeout is over.
func (s *session) await(is func() bool) bool {
	limit, ok := s.timeout()
	if !ok {
		return false
	}
	c := s.c
	begun := c.now()
	for !is() {
		if limit > 0 && c.now()-begun >= limit {
			return s.fail(c.Texts.WaitTimeout)
		}
		s.p.Sleep(max(c.draw(c.Timings.ConsolePoll, forConsole, 0, 0), time.Millisecond))
		if !s.connected() {
			return s.fail(c.Texts.Lost)
		}
	}
	return true
}

func (s *session) help() bool {
	var names []string
	for _, k := range commands() {
		if k.since == 0 || (k.since == 2) == s.c.strict {
			names = append(names, k.name)
		}
	}
	s.say(s.c.Texts.Help, "text", strings.Join(names, ", "))
	return true
}
