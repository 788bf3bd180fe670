package host

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Describe tells everything about the fleet in a canonical text, for comparing
// the ends of runs. Times are left out, and so are pids: those of processes,
// and the contents of files named pid or *.pid.
func (f *Fleet) Describe() string {
	var b strings.Builder
	for _, m := range f.machines {
		m.describe(&b)
	}
	return b.String()
}

func (m *Machine) describe(b *strings.Builder) {
	fmt.Fprintf(b, "host %s:", m.cfg.Name)
	for _, is := range []struct {
		so   bool
		text string
	}{{m.up, " up"}, {!m.up, " down"}, {m.slow != 1, fmt.Sprintf(" slow %g", m.slow)}, {m.Full(), " full"}, {m.cut, " cut"}} {
		if is.so {
			b.WriteString(is.text)
		}
	}
	b.WriteString("\n")
	var lines []string
	for _, p := range m.processes {
		lines = append(lines, fmt.Sprintf("  process %q in %s\n", p.args, p.dir))
	}
	slices.Sort(lines)
	for _, line := range lines {
		b.WriteString(line)
	}
	describeNode(b, "/", m.files.tree.root, template())
}

// describeNode tells how what is at a path differs from the template.
func describeNode(b *strings.Builder, at string, n, was *node) {
	if n == was {
		return
	}
	if was == nil || was.mode != n.mode || was.users != n.users || was.target != n.target || string(was.data) != string(n.data) {
		fmt.Fprintf(b, "  %s %s%s\n", n.mode, at, contents(at, n))
	}
	var before map[string]*node
	if was != nil {
		before = was.children
	}
	for _, name := range sortedKeys(before) {
		if n.children[name] == nil {
			fmt.Fprintf(b, "  removed %s\n", path.Join(at, name))
		}
	}
	for _, name := range sortedKeys(n.children) {
		describeNode(b, path.Join(at, name), n.children[name], before[name])
	}
}

// shown is how many bytes of a file Describe shows; of a longer one it tells
// the length and a hash.
const shown = 200

func contents(at string, n *node) string {
	owner := ""
	if !n.users {
		owner = " (root)"
	}
	switch base := path.Base(at); {
	case n.mode&fs.ModeSymlink != 0:
		return owner + " -> " + n.target
	case !n.mode.IsRegular():
		return owner
	case base == "pid" || strings.HasSuffix(base, ".pid"):
		return owner + " <pid>"
	case len(n.data) > shown:
		h := fnv.New64a()
		h.Write(n.data) // never fails
		return fmt.Sprintf("%s %d bytes %016x", owner, len(n.data), h.Sum64())
	}
	return fmt.Sprintf("%s %q", owner, n.data)
}
