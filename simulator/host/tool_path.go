package host

import (
	"path"
	"strings"
)

// runBasename is basename.
func runBasename(c *call) int {
	names, suffix := c.args, c.given.last("s", "")
	switch {
	case len(names) == 0:
		return c.usage("missing operand")
	case c.given.has("a", "s"):
	case len(names) > 2:
		return c.usage("extra operand '%s'", names[2])
	case len(names) == 2:
		names, suffix = names[:1], names[1]
	}
	for _, name := range names {
		base := ""
		if name != "" {
			base = path.Base(name)
		}
		if base != suffix && base != "/" {
			base = strings.TrimSuffix(base, suffix)
		}
		c.printf("%s%s", base, c.lineEnd())
	}
	return 0
}

// lineEnd is what ends a line of output: NUL with -z.
func (c *call) lineEnd() string {
	if c.given.has("z") {
		return "\x00"
	}
	return "\n"
}

// runDirname is dirname.
func runDirname(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	for _, name := range c.args {
		c.printf("%s%s", dirname(name), c.lineEnd())
	}
	return 0
}

// dirname gives all but the last name of a path, which is not cleaned.
func dirname(name string) string {
	trimmed := strings.TrimRight(name, "/")
	if trimmed == "" && name != "" {
		return "/"
	}
	at := strings.LastIndexByte(trimmed, '/')
	if at < 0 {
		return "."
	}
	if dir := strings.TrimRight(trimmed[:at], "/"); dir != "" {
		return dir
	}
	return "/"
}

// canonical gives a path without links. The last name need not be there, and
// with missing none of them.
func (c *call) canonical(name string, existing, missing bool) (string, error) {
	if name == "" {
		return "", ErrNotExist
	}
	left := strings.Split(name, "/")
	at := "/"
	if !path.IsAbs(name) {
		left = append(strings.Split(c.Dir(), "/"), left...)
	}
	for links := 0; len(left) > 0; {
		part := left[0]
		left = left[1:]
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			at = path.Dir(at)
			continue
		}
		at = path.Join(at, part)
		info, err := c.lstat(at)
		switch {
		case err != nil && missing:
		case err != nil && (existing || !isLast(left) || Text(err) != ErrNotExist.text):
			return "", err
		case err == nil && info.Target() != "":
			if links++; links > maxLinks {
				return "", ErrLoop
			}
			if at = path.Dir(at); path.IsAbs(info.Target()) {
				at = "/"
			}
			left = append(strings.Split(info.Target(), "/"), left...)
		case err == nil && !info.IsDir() && len(left) > 0 && !missing:
			return "", ErrNotDir
		}
	}
	return at, nil
}

func isLast(left []string) bool { return strings.Join(left, "") == "" }

// resolved is a path without links, as it is if it has none.
func (c *call) resolved(name string) string {
	if at, err := c.canonical(name, true, false); err == nil {
		return at
	}
	return c.abs(name)
}

// runReadlink is readlink.
func runReadlink(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	status := 0
	for _, name := range c.args {
		var target string
		var err error
		if how := c.given.which("f", "e", "m"); how != "" {
			target, err = c.canonical(name, how == "e", how == "m")
		} else {
			target, err = c.Files().Readlink(name)
		}
		if err != nil {
			status = 1
			if c.given.has("v") {
				c.trouble(name, err)
			}
			continue
		}
		end := c.lineEnd()
		if c.given.has("n") && len(c.args) == 1 {
			end = ""
		}
		c.printf("%s%s", target, end)
	}
	return status
}

// runRealpath is realpath.
func runRealpath(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	status := 0
	for _, name := range c.args {
		how := c.given.which("e", "m")
		at, err := c.canonical(name, how == "e", how == "m")
		if c.given.has("s") && err == nil {
			at = c.abs(name)
		}
		if err != nil {
			if status = 1; !c.given.has("q") {
				if name == "" {
					name = "''"
				}
				c.complain("%s: %s", name, reason(err))
			}
			continue
		}
		c.printf("%s%s", at, c.lineEnd())
	}
	return status
}

// runWhich is which. It never says why.
func runWhich(c *call) int {
	status := 0
	for _, name := range c.args {
		if file, ok := c.LookPath(name); ok {
			c.printf("%s\n", file)
		} else {
			status = 1
		}
	}
	if len(c.args) == 0 {
		return 1
	}
	return status
}

// runMktemp is mktemp. What it fills in is counted, not drawn: a name is the
// first that is free, so that one run makes the same names as the next.
func runMktemp(c *call) int {
	template := "tmp.XXXXXXXXXX"
	dir, inDir := c.given.last("p", ""), c.given.has("p", "t") || len(c.args) == 0
	if len(c.args) > 1 {
		return c.usage("too many templates")
	}
	if len(c.args) == 1 {
		template = c.args[0]
	}
	if dir == "" {
		if dir = c.Getenv("TMPDIR"); dir == "" {
			dir = "/tmp"
		}
	}
	suffix := c.given.last("suffix", "")
	at := strings.LastIndexByte(template, 'X') + 1
	if suffix == "" {
		template, suffix = template[:at], template[at:]
	}
	stem := strings.TrimRight(template, "X")
	count := len(template) - len(stem)
	if count < 3 || at == 0 {
		return c.fail("too few X's in template '%s'", template+suffix)
	}
	if inDir {
		stem = path.Join(dir, stem)
	}
	for n := 0; ; n++ {
		c.step()
		name := stem + filler(n, count) + suffix
		if _, err := c.lstat(name); err == nil {
			continue
		}
		if err := c.makeTemporary(name); err != nil {
			kind := map[bool]string{true: "directory", false: "file"}[c.given.has("d")]
			if !c.given.has("q") {
				c.complain("failed to create %s via template '%s': %s", kind, stem+strings.Repeat("X", count)+suffix, reason(err))
			}
			return 1
		}
		c.printf("%s\n", name)
		return 0
	}
}

func (c *call) makeTemporary(name string) error {
	switch {
	case c.given.has("u"):
		return nil
	case c.given.has("d"):
		return c.Files().Mkdir(name, 0o700)
	}
	err := c.save(name, nil)
	if err == nil {
		err = c.Files().Chmod(name, 0o600)
	}
	return err
}

// filler writes a number with count letters.
func filler(n, count int) string {
	b := make([]byte, count)
	for i := count - 1; i >= 0; i-- {
		b[i] = "abcdefghijklmnopqrstuvwxyz"[n%26]
		n /= 26
	}
	return string(b)
}
