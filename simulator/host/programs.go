package host

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// Install puts a program at an absolute path, with the directories above it,
// executable and the user's. Its file can be copied, moved and removed like any
// other; it runs the program wherever it is.
func (m *Machine) Install(name string, program Program) {
	contents := fmt.Sprintf("#!/bin/sh\n# %s: this is simulated\n", name)
	m.programs[contents] = program
	fs := m.files
	for dir := path.Dir(name); dir != "/" && !fs.Exists(dir); dir = path.Dir(dir) {
		defer func() { _ = fs.Chown(dir, false) }()
	}
	must(fs.MkdirAll(path.Dir(name), 0o755))
	must(fs.WriteFile(name, []byte(contents)))
	must(fs.Chmod(name, 0o755))
	must(fs.Chown(name, false))
}

// A notRun is why a program cannot be run, and the status that stands for it.
type notRun struct {
	text   string
	status int
}

// LookPath is the path of the program that name stands for, looked up through
// the process's PATH if it has no slash.
func (p *Process) LookPath(name string) (file string, ok bool) {
	return p.lookPath(name, p.env["PATH"])
}

func (p *Process) lookPath(name, search string) (file string, ok bool) {
	files := p.Files()
	if strings.Contains(name, "/") {
		info, err := files.Stat(name)
		return name, err == nil && !info.IsDir() && files.Access(name, 'x')
	}
	if name == "" {
		return "", false
	}
	for dir := range strings.SplitSeq(search, ":") {
		file := path.Join(dir, name)
		if dir == "" || dir == "." {
			file = "./" + name
		}
		if info, err := files.Stat(file); err == nil && !info.IsDir() && files.Access(file, 'x') {
			return file, true
		}
	}
	return "", false
}

// find gives the program that a name stands for.
func (p *Process) find(name string) (Program, *notRun) {
	file, ok := p.LookPath(name)
	if ok {
		return p.load(file)
	}
	if strings.Contains(name, "/") {
		if _, err := p.Files().Stat(name); err == nil {
			return nil, &notRun{name + ": " + ErrPermission.text, statusNotRun}
		} else if Text(err) != ErrNotExist.text {
			return nil, &notRun{name + ": " + Text(err), statusNotRun}
		}
	}
	return nil, &notRun{name + ": not found", statusNotFound}
}

// load gives the program that a file's contents stand for: one that is
// installed, a tool, or a script for its interpreter.
func (p *Process) load(file string) (Program, *notRun) {
	n, err := p.Files().readable(file)
	if err != nil {
		return nil, &notRun{file + ": " + err.Error(), statusNotRun}
	}
	if program := p.machine.programs[string(n.data)]; program != nil {
		return program, nil
	}
	if program := toolOf(n.data); program != nil {
		return program, nil
	}
	line, script := bytes.CutPrefix(n.data, []byte("#!"))
	if !script {
		if bytes.HasPrefix(n.data, []byte("\x7fELF")) {
			return nil, &notRun{file + ": Exec format error", statusNotRun}
		}
		return p.interpreted("/bin/sh", nil, file), nil
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	words := strings.Fields(string(line))
	if len(words) == 0 {
		return p.interpreted("/bin/sh", nil, file), nil
	}
	if at, ok := p.LookPath(words[0]); !ok || at == file {
		return nil, &notRun{file + ": not found", statusNotFound}
	}
	return p.interpreted(words[0], words[1:], file), nil
}

// interpreted is a script run by its interpreter.
func (p *Process) interpreted(interpreter string, option []string, file string) Program {
	return func(p *Process) int {
		argv := append([]string{interpreter}, option...)
		argv = append(argv, file)
		if len(p.args) > 1 {
			argv = append(argv, p.args[1:]...)
		}
		return p.Exec(argv)
	}
}
