package rhino

import (
	"strconv"
	"strings"
)

// Flags are the options of start-rhino.sh.
type flags struct {
	primary   bool // -p: create the primary component
	quorum    bool // -q
	again     bool // -k: start again after an unexpected end
	forget    bool // -d: delete the node's own desired state
	copy      int  // -c: copy that of this node; 0 for none
	run, stay bool // -s, -x: the SLEE to Running, or Stopped whatever is desired
	console   bool // -l
}

// parseFlags reads the arguments of a node's start-rhino.sh. The problem is
// what the script says of them if it refuses.
func (c *Cluster) parseFlags(id int, args []string) (f flags, problem string) {
	t := &c.Texts
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-p":
			f.primary = true
		case "-q":
			f.quorum = true
		case "-k":
			f.again = true
		case "-d":
			f.forget = true
		case "-s":
			f.run = true
		case "-x":
			f.stay = true
		case "-l":
			f.console = true
		case "-c":
			text := ""
			if i++; i < len(args) {
				text = args[i]
			}
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return f, put(t.StartCopy, "text", text)
			}
			f.copy = n
		default:
			return f, put(t.StartUnknown, "text", args[i])
		}
	}
	return f, c.conflict(id, f)
}

// conflict is what the script says of options that exclude each other.
func (c *Cluster) conflict(id int, f flags) string {
	t := &c.Texts
	if f.run && f.stay {
		return t.StartExclusive
	}
	if f.copy == id {
		return put(t.StartCopySelf, "id", strconv.Itoa(id))
	}
	if !f.quorum {
		return ""
	}
	for _, also := range []struct {
		is   bool
		name string
	}{{f.run, "-s"}, {f.stay, "-x"}, {f.forget, "-d"}, {f.copy != 0, "-c"}} {
		if also.is {
			return put(t.StartQuorum, "text", also.name)
		}
	}
	return ""
}

// args are the options as they were written.
func (f flags) args() []string {
	var all []string
	for _, o := range []struct {
		is   bool
		name string
	}{{f.primary, "-p"}, {f.quorum, "-q"}, {f.again, "-k"}, {f.forget, "-d"}, {f.copy != 0, "-c " + strconv.Itoa(f.copy)}, {f.run, "-s"}, {f.stay, "-x"}, {f.console, "-l"}} {
		if o.is {
			all = append(all, strings.Fields(o.name)...)
		}
	}
	return all
}

// restarted are the options with which a node is started again: without those
// that would change the cluster's state.
func (c *Cluster) restarted(f flags) flags {
	f.primary, f.run, f.stay = false, false, false
	if c.Behaviour.KeepDelete == "no" {
		f.forget, f.copy = false, 0
	}
	return f
}

// wanted is the state of the SLEE that the options ask for.
func (f flags) wanted() SLEE {
	switch {
	case f.run:
		return SLEERunning
	case f.stay:
		return SLEEStopped
	}
	return SLEENone
}
