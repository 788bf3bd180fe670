package host

import (
	"io/fs"
	"maps"
	"strings"
	"sync"
)

// The contents of a file that is a program of this package: an ELF's first
// bytes, and the program's name.
const toolMark = "\x7fELF simulated "

// shared is what all machines share: made once, then never changed.
var shared struct {
	once  sync.Once
	root  *node
	tools map[string]Program
}

func share() {
	shared.once.Do(func() {
		shared.tools = map[string]Program{}
		maps.Copy(shared.tools, smallTools())
		maps.Copy(shared.tools, shellTools())
		shared.root = newTemplate(shared.tools)
	})
}

// template is the tree that every machine begins with.
func template() *node {
	share()
	return shared.root
}

// tools are the programs in /usr/bin: the small ones, and those that belong to
// the shell.
func tools() map[string]Program {
	share()
	return shared.tools
}

func newTemplate(tools map[string]Program) *node {
	t := &tree{fleet: NewFleet(FleetConfig{}), limit: 1 << 40}
	t.root = &node{owner: t, mode: fs.ModeDir | 0o755, children: map[string]*node{}, modified: DefaultStart}
	f := &Files{tree: t, dir: "/", umask: 0o022}
	for _, dir := range []string{"/usr/bin", "/usr/local/bin", "/etc", "/dev", "/home", "/opt", "/root", "/run", "/var/log"} {
		must(f.MkdirAll(dir, 0o755))
	}
	must(f.Symlink("usr/bin", "/bin"))
	for _, open := range []string{"/tmp", "/var/tmp", "/dev/shm"} {
		must(f.MkdirAll(open, 0o777))
		must(f.Chmod(open, 0o777))
	}
	for _, name := range sortedKeys(tools) {
		must(f.WriteFile("/usr/bin/"+name, []byte(toolMark+name+"\n")))
		must(f.Chmod("/usr/bin/"+name, 0o755))
	}
	for _, name := range []string{"null", "zero", "full"} {
		must(f.WriteFile("/dev/"+name, nil))
		n := t.root.children["dev"].children[name]
		n.mode, n.target = fs.ModeDevice|fs.ModeCharDevice|0o666, name
	}
	return t.root
}

func must(err error) {
	if err != nil {
		panic("internal error: " + err.Error())
	}
}

// toolOf is the tool whose file has these contents; nil if none has.
func toolOf(data []byte) Program {
	name, ok := strings.CutPrefix(string(data[:min(len(data), 80)]), toolMark)
	if !ok {
		return nil
	}
	return tools()[strings.TrimSuffix(name, "\n")]
}
