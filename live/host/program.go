package host

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // for the programs
	"fmt"
	"strconv"
	"strings"
	"time"
)

// This file puts together the programs that hosts run.

var (
	//go:embed sh/alive.sh
	aliveText string
	//go:embed sh/end.sh
	endText string
	//go:embed sh/start.sh
	startText string
	//go:embed sh/runner.sh
	runnerText string
	//go:embed sh/keyed.sh
	keyedText string

	aliveProgram  = flat(aliveText)
	endProgram    = aliveProgram + flat(endText)
	startProgram  = aliveProgram + flat(startText)
	runnerProgram = aliveProgram + flat(runnerText)
	keyedProgram  = endProgram + flat(keyedText)
)

// set is a variable of a program.
func set(name, value string) string { return name + "=" + word(value) + "; " }

// execute is the part of a program that becomes the command. A line is given to
// the host's own shell, which the word interpreter is.
func (c *command) execute(interpreter string) string {
	switch {
	case c.argv == nil:
		return "exec " + interpreter + " -c " + word(c.line)
	case strings.HasPrefix(c.argv[0], "-"):
		return "exec -- " + words(c.argv)
	}
	return "exec " + words(c.argv)
}

// place is the part of a program that makes the command's surroundings; or says
// what happens where its directory is missing.
func (c *command) place(missing string) string {
	var b strings.Builder
	if c.dir != "" {
		fmt.Fprintf(&b, "cd %s || %s; ", folder(c.dir), missing)
	}
	for _, v := range c.env {
		fmt.Fprintf(&b, "export %s=%s; ", v.name, word(v.value))
	}
	return b.String()
}

// body is what a program does in those surroundings: it runs the command, or
// starts it as a daemon and says what came of that.
func (c *command) body(interpreter string) string {
	if !c.start {
		return c.execute(interpreter)
	}
	const tick = 100 * time.Millisecond
	ticks := int((max(c.settle, 0) + tick - 1) / tick)
	log := c.log
	if strings.HasPrefix(log, "-") {
		log = "./" + log
	}
	return set("l", log) + set("u", define(c.execute(interpreter))) + set("s", strconv.Itoa(ticks)) + startProgram
}

// direct is the program that runs the command and leaves nothing behind. Its
// mark tells the process id, which is its process group's too.
func (c *command) direct(mark, interpreter string, input bool) string {
	program := set("m", mark)
	if c.dir != "" {
		program += fmt.Sprintf(`if ! cd %s 2>/dev/null; then printf '%%s\n' "$m cwd"; exit 0; fi; `, folder(c.dir))
	}
	program += `printf '%s\n' "$m started $$"; printf '%s\n' "$m" >&2; `
	if !input {
		program += "exec </dev/null; "
	}
	there := *c
	there.dir = ""
	return define(program + there.place("") + c.body(interpreter))
}

// keyed is the program that runs the command under a key, or finds out what
// came of it: ask is run, again or end. An input has a size of 0 or more.
func (c *command) keyed(mark, interpreter, dir, ask string, input int, grace time.Duration) string {
	program := set("m", mark)
	if c.dir != "" && ask != "end" {
		program += fmt.Sprintf(`if ! [ -d %s ]; then printf '%%s\n' "$m cwd"; exit 0; fi; `, folder(c.dir))
	}
	size := ""
	if input >= 0 {
		size = strconv.Itoa(input)
	}
	return define(program + set("d", dir) + set("r", runnerProgram) + set("u", define(c.place("exit 126")+c.body(interpreter))) +
		set("n", size) + set("k", strconv.FormatInt(c.limit, 10)) + set("a", ask) + set("g", tenths(grace)) + keyedProgram)
}

// ending is the program that ends a process group.
func ending(mark string, pid int, grace time.Duration) string {
	return set("m", mark) + set("g", tenths(grace)) + endProgram +
		fmt.Sprintf(`if finish %d; then o=gone; else o=left; fi; printf '%%s\n' "$m $o"; printf '%%s\n' "$m" >&2;`, pid)
}

// removing is the program that removes a run's directory of keys.
func removing(mark, dir string) string {
	return set("m", mark) + set("d", dir) + `case $d in /*) ;; *) d=$HOME/$d;; esac; rm -rf "$d"; ` +
		`if [ -d "$d" ]; then o=left; else o=gone; fi; printf '%s\n' "$m $o"; printf '%s\n' "$m" >&2;`
}

// tenths is how often a program pauses in a duration.
func tenths(d time.Duration) string { return strconv.Itoa(int(max(1, d/(100*time.Millisecond)))) }

// maxName is how long the name of a key's directory may be, with what is put
// behind it; file systems allow 255.
const maxName = 200

// safeName makes of a key the name of one directory: letters and digits stay,
// and what is another key stays another name.
func safeName(key string) string {
	var b strings.Builder
	for i, c := range []byte(key) {
		switch {
		case (c == '-' || c == '.') && i > 0 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	name := cmp.Or(b.String(), "_")
	if len(name) > maxName {
		return fmt.Sprintf("__%x", sha256.Sum256([]byte(key)))
	}
	return name
}
