package host

import (
	"errors"
	"fmt"
	"strconv"

	"mvdan.cc/sh/v3/syntax"
)

// A variable of a shell. The zero variable is not set.
type variable struct {
	value    string
	list     []string // of an array
	array    bool
	set      bool
	exported bool
	readonly bool
}

func (v variable) orUnset(byDefault string) string {
	if v.set {
		return v.value
	}
	return byDefault
}

// said is an error in dash's words, which may begin with a capital.
type said string

func (s said) Error() string { return string(s) }

// errTold is an error that was told already.
var errTold = errors.New("")

// expansionError tells what is wrong with a word; the shell ends.
func (sh *shell) expansionError(err error) {
	if err != errTold {
		sh.complain(2, "%v", err)
	}
	sh.fail(2)
}

// value is what a parameter or variable, or an element of an array, stands for.
func (sh *shell) value(name string, index syntax.ArithmExpr) (value string, set bool, err error) {
	if !syntax.ValidName(name) {
		value, set = sh.special(name)
		return value, set, nil
	}
	v := sh.vars[name]
	if !v.set && index == nil {
		value, set = sh.dynamic(name)
		return value, set, nil
	}
	if index == nil && !v.array {
		return v.value, v.set, nil
	}
	var at int64
	if index != nil {
		if at, err = sh.arith(index); err != nil {
			return "", false, err
		}
	}
	if !v.array {
		return v.value, v.set && at == 0, nil
	}
	if at < 0 {
		at += int64(len(v.list))
	}
	if at < 0 || at >= int64(len(v.list)) {
		return "", false, nil
	}
	return v.list[at], true, nil
}

// special is $1, $#, $? and the like.
func (sh *shell) special(name string) (value string, set bool) {
	switch name {
	case "#":
		return strconv.Itoa(len(sh.params)), true
	case "?":
		return strconv.Itoa(sh.status), true
	case "$":
		return strconv.Itoa(sh.shellPID()), true
	case "!":
		if sh.last == nil {
			return "", false
		}
		return strconv.Itoa(sh.last.pid), true
	case "-":
		flags := ""
		for _, c := range []byte(settable) {
			if sh.opts[c] {
				flags += string(c)
			}
		}
		return flags, true
	case "0":
		return sh.name, true
	}
	n, err := strconv.Atoi(name)
	if err != nil || n > len(sh.params) || n < 1 {
		return "", false
	}
	return sh.params[n-1], true
}

// shellPID is $$: the pid of the shell that subshells come from.
func (sh *shell) shellPID() int {
	if sh.root != nil {
		return sh.root.pid
	}
	return sh.p.pid
}

// dynamic is the variables that nobody sets.
func (sh *shell) dynamic(name string) (value string, set bool) {
	m := sh.p.machine
	switch name {
	case "PPID":
		return strconv.Itoa(sh.p.PPID()), true
	case "LINENO":
		return strconv.Itoa(int(sh.line)), true
	}
	if !sh.bash {
		return "", false
	}
	switch name {
	case "HOSTNAME":
		return m.cfg.Name, true
	case "SECONDS":
		return strconv.Itoa(int((m.fleet.now - sh.p.started).Seconds())), true
	case "UID", "EUID":
		if m.cfg.User == "root" {
			return "0", true
		}
		return strconv.Itoa(UserID), true
	case "RANDOM":
		sh.draws++
		return strconv.Itoa(int(draw(m.fleet.seed, uint64(sh.p.pid)<<32+sh.draws) >> 49)), true
	}
	return "", false
}

// UserID is the number of a machine's user, unless that is root.
const UserID = 1000

// draw is the n-th number of a seed (SplitMix64).
func draw(seed, n uint64) uint64 {
	x := seed + (n+1)*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// assign sets a variable; not ok, and the shell ends, if it must not be set.
func (sh *shell) assign(name, value string) (ok bool) {
	v := sh.vars[name]
	v.value, v.list, v.array, v.set = value, nil, false, true
	return sh.put(name, v)
}

// put replaces a variable.
func (sh *shell) put(name string, v variable) (ok bool) {
	old := sh.vars[name]
	if old.readonly {
		sh.fail(sh.complain(2, "%s: is read only", name))
		return false
	}
	size := sh.size + weight(v) - weight(old)
	if size > maxVariables {
		sh.fail(sh.complain(2, "%s: got more than %d bytes of variables", name, maxVariables))
		return false
	}
	sh.size = size
	if sh.opts['a'] {
		v.exported = true
	}
	sh.vars[name] = v
	return true
}

func weight(v variable) int {
	n := len(v.value) + 64
	for _, s := range v.list {
		n += len(s) + 16
	}
	return n
}

// unset removes a variable.
func (sh *shell) unset(name string) (ok bool) {
	v := sh.vars[name]
	if v.readonly {
		sh.complain(2, "unset: %s: is read only", name)
		return false
	}
	sh.size -= weight(v)
	delete(sh.vars, name)
	return true
}

// local makes a variable the function's own.
func (sh *shell) local(name string) {
	scope := sh.locals[len(sh.locals)-1]
	if _, ok := scope[name]; !ok {
		scope[name] = sh.vars[name]
	}
}

// popLocals gives a function's caller its variables back.
func (sh *shell) popLocals() {
	last := len(sh.locals) - 1
	for name, v := range sh.locals[last] {
		if !v.set && !v.exported && !v.readonly {
			delete(sh.vars, name)
		} else {
			sh.vars[name] = v
		}
	}
	sh.locals = sh.locals[:last]
}

// assignment does one NAME=value; not ok if the shell ends.
func (sh *shell) assignment(a *syntax.Assign) (ok bool) {
	name := a.Name.Value
	if a.Array != nil {
		return sh.assignArray(a)
	}
	value, err := sh.assigned(a.Value)
	if err == nil && a.Append {
		var old string
		old, _, err = sh.value(name, a.Index)
		value = old + value
	}
	if err == nil && len(value) > maxExpansion {
		err = errTooLong
	}
	if err != nil {
		sh.expansionError(err)
		return false
	}
	if a.Index == nil {
		return sh.assign(name, value)
	}
	return sh.assignElement(name, a.Index, value)
}

// maxArray is how many elements an array has at most.
const maxArray = 10_000

func (sh *shell) assignElement(name string, index syntax.ArithmExpr, value string) (ok bool) {
	at, err := sh.arith(index)
	if err == nil && (at < 0 || at >= maxArray) {
		err = fmt.Errorf("%s: bad array subscript", name)
	}
	if err != nil {
		sh.expansionError(err)
		return false
	}
	v := sh.vars[name]
	list := append([]string(nil), v.list...)
	if !v.array && v.set {
		list = []string{v.value}
	}
	for int64(len(list)) <= at {
		list = append(list, "")
	}
	list[at] = value
	v.list, v.array, v.set, v.value = list, true, true, ""
	return sh.put(name, v)
}

// assignArray is NAME=(…).
func (sh *shell) assignArray(a *syntax.Assign) (ok bool) {
	v := sh.vars[a.Name.Value]
	var list []string
	if a.Append {
		list = append(list, v.list...)
	}
	for _, element := range a.Array.Elems {
		if element.Value == nil {
			continue
		}
		fields, err := sh.fields([]*syntax.Word{element.Value})
		if err == nil && len(list)+len(fields) > maxArray {
			err = fmt.Errorf("%s: got an array of more than %d elements", a.Name.Value, maxArray)
		}
		if err != nil {
			sh.expansionError(err)
			return false
		}
		list = append(list, fields...)
	}
	v.list, v.array, v.set, v.value = list, true, true, ""
	return sh.put(a.Name.Value, v)
}

// assigned expands the value of an assignment.
func (sh *shell) assigned(w *syntax.Word) (string, error) {
	if w == nil {
		return "", nil
	}
	return sh.word(w)
}

// exports is the environment of a command.
func (sh *shell) exports() map[string]string {
	env := map[string]string{}
	for name, v := range sh.vars {
		if v.exported && v.set && !v.array {
			env[name] = v.value
		}
	}
	return env
}
