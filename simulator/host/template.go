package host

import (
	"io/fs"
	"strings"
	"sync"
)

// The contents of a file that is a program of this package: an ELF's first
// bytes, and the program's name.
const toolMark = "\x7fELF simulated "

// template is the tree that every machine begins with. It is never changed.
var template = sync.OnceValue(func() *node {
	f := &Files{tree: &tree{fleet: NewFleet(FleetConfig{}), root: &node{mode: fs.ModeDir | 0o755}, limit: 1 << 40}, dir: "/", umask: 0o022}
	f.tree.root.owner, f.tree.root.children = f.tree, map[string]*node{}
	for _, dir := range []string{"/usr/bin", "/usr/local/bin", "/etc", "/dev", "/home", "/opt", "/root", "/run", "/var/log", "/var/tmp"} {
		must(f.MkdirAll(dir, 0o755))
	}
	must(f.Mkdir("/tmp", 0o777))
	must(f.Symlink("usr/bin", "/bin"))
	for _, open := range []string{"/tmp", "/var/tmp", "/dev/shm"} {
		must(f.MkdirAll(open, 0o777))
		must(f.Chmod(open, 0o777))
	}
	for _, name := range sortedKeys(tools()) {
		must(f.WriteFile("/usr/bin/"+name, []byte(toolMark+name+"\n")))
		must(f.Chmod("/usr/bin/"+name, 0o755))
	}
	for _, name := range []string{"null", "zero", "full"} {
		must(f.WriteFile("/dev/"+name, nil))
		n := f.tree.root.children["dev"].children[name]
		n.mode, n.target = fs.ModeDevice|fs.ModeCharDevice|0o666, name
	}
	return f.tree.root
})

func must(err error) {
	if err != nil {
		panic("internal error: " + err.Error())
	}
}

// tools are the programs in /usr/bin: the small ones, and those that belong to
// the shell.
var tools = sync.OnceValue(func() map[string]Program {
	all := map[string]Program{}
	for name, program := range smallTools() {
		all[name] = program
	}
	for name, program := range shellTools() {
		all[name] = program
	}
	return all
})

// toolOf is the tool whose file has these contents; nil if none has.
func toolOf(data []byte) Program {
	name, ok := strings.CutPrefix(string(data[:min(len(data), 80)]), toolMark)
	if !ok {
		return nil
	}
	return tools()[strings.TrimSuffix(name, "\n")]
}
