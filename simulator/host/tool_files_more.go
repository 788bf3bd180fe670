package host

import (
	"io/fs"
	"strings"
	"time"
)

// runCp is cp.
func runCp(c *call) int {
	return c.eachTarget(true, c.copyTree)
}

// keeps reports whether links are copied as links, and whether times and modes
// are kept.
func (c *call) keeps() (links, properties bool) {
	links = c.given.which("L", "P", "d", "a") != "L" && c.given.has("P", "d", "a", "r", "R")
	return links, c.given.has("p", "a")
}

func (c *call) copyTree(from, to string) int {
	links, keep := c.keeps()
	info, err := c.stat(from)
	if links {
		info, err = c.lstat(from)
	}
	if err != nil {
		return c.fail("cannot stat '%s': %s", from, reason(err))
	}
	there, missing := c.stat(to)
	switch {
	case missing == nil && c.given.has("n"):
		return 0
	case missing == nil && c.resolved(from) == c.resolved(to):
		return c.fail("'%s' and '%s' are the same file", from, to)
	case info.IsDir() && !c.given.has("r", "R", "a"):
		return c.fail("-r not specified; omitting directory '%s'", from)
	case info.IsDir() && missing == nil && !there.IsDir():
		return c.fail("cannot overwrite non-directory '%s' with directory '%s'", to, from)
	case info.IsDir() && strings.HasPrefix(c.resolved(to)+"/", c.resolved(from)+"/"):
		return c.fail("cannot copy a directory, '%s', into itself, '%s'", from, to)
	case !info.IsDir() && missing == nil && there.IsDir():
		return c.fail("cannot overwrite directory '%s' with non-directory", to)
	case missing == nil && c.given.has("u") && !info.ModTime().After(there.ModTime()):
		return 0
	}
	if c.given.has("v") {
		c.printf("'%s' -> '%s'\n", from, to)
	}
	status := 0
	switch {
	case info.IsDir():
		status = c.copyDir(from, to, info, missing != nil)
	case info.Target() != "":
		_ = c.Files().Remove(to)
		err = c.Files().Symlink(info.Target(), to)
	default:
		status = c.copyFile(from, to, info, missing != nil)
	}
	if err != nil {
		return c.fail("cannot create symbolic link '%s': %s", to, reason(err))
	}
	if keep && status == 0 && info.Target() == "" {
		_ = c.Files().Chmod(to, info.Mode())
		_ = c.Files().Chtimes(to, info.ModTime())
	}
	return status
}

func (c *call) copyDir(from, to string, info *Info, fresh bool) int {
	if fresh {
		if err := c.Files().Mkdir(to, info.Mode().Perm()|0o700); err != nil {
			return c.fail("cannot create directory '%s': %s", to, reason(err))
		}
	}
	names, err := c.list(from)
	if err != nil {
		return c.fail("cannot access '%s': %s", from, reason(err))
	}
	status := 0
	for _, name := range names {
		status = max(status, c.copyTree(strings.TrimRight(from, "/")+"/"+name, strings.TrimRight(to, "/")+"/"+name))
	}
	return status
}

func (c *call) copyFile(from, to string, info *Info, fresh bool) int {
	data, err := c.read(from)
	if err != nil {
		return c.fail("cannot open '%s' for reading: %s", from, reason(err))
	}
	if !fresh && c.given.has("f") && !c.Files().Access(to, 'w') {
		_ = c.Files().Remove(to)
	}
	if err = c.save(to, nil); err != nil {
		if fresh && strings.HasSuffix(to, "/") {
			err = ErrNotDir
		}
		return c.fail("cannot create regular file '%s': %s", to, reason(err))
	}
	if err := c.save(to, data); err != nil {
		return c.fail("error writing '%s': %s", to, reason(err))
	}
	if fresh {
		_ = c.Files().Chmod(to, info.Mode().Perm()&^fs.FileMode(c.Umask()))
	}
	return 0
}

// runTouch is touch. A file has one time: -a alone does nothing to it.
func runTouch(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing file operand")
	}
	when := c.fleet().Date()
	switch {
	case c.given.has("r"):
		info, err := c.stat(c.given.last("r", ""))
		if err != nil {
			return c.fail("failed to get attributes of '%s': %s", c.given.last("r", ""), reason(err))
		}
		when = info.ModTime()
	case c.given.has("d"):
		var ok bool
		if when, ok = parseDate(c.given.last("d", ""), when); !ok {
			return c.fail("invalid date format '%s'", c.given.last("d", ""))
		}
	case c.given.has("t"):
		var ok bool
		if when, ok = parseStamp(c.given.last("t", ""), when); !ok {
			return c.fail("invalid date format '%s'", c.given.last("t", ""))
		}
	}
	status := 0
	for _, name := range c.args {
		if err := c.touch(name, when); err != nil {
			status = c.fail("%s '%s': %s", map[bool]string{true: "setting times of", false: "cannot touch"}[Text(err) == ErrNotPermitted.text], name, reason(err))
		}
	}
	return status
}

func (c *call) touch(name string, when time.Time) error {
	if _, err := c.stat(name); err != nil {
		if c.given.has("c") {
			return nil
		}
		if err := c.addTo(name, nil); err != nil {
			if strings.HasSuffix(name, "/") {
				return ErrNotExist
			}
			return err
		}
	}
	if c.given.has("a") && !c.given.has("m") {
		return nil
	}
	return c.Files().Chtimes(name, when)
}

// parseStamp reads [[CC]YY]MMDDhhmm[.ss].
func parseStamp(text string, now time.Time) (time.Time, bool) {
	stamp, seconds, dotted := strings.Cut(text, ".")
	if !dotted {
		seconds = "00"
	}
	switch len(stamp) {
	case 8:
		stamp = now.Format("2006") + stamp
	case 10:
		century := "20"
		if stamp[:2] >= "69" {
			century = "19"
		}
		stamp = century + stamp
	}
	t, err := time.Parse("200601021504.05", stamp+"."+seconds)
	return t, err == nil
}

// runChmod is chmod. A mode may begin with a dash, so it reads its own options.
func runChmod(c *call) int {
	args := c.args
	recursive, quiet := false, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && !strings.ContainsAny(args[0][1:2], "rwxXstugo") {
		switch args[0] {
		case "-R", "--recursive":
			recursive = true
		case "-f", "--silent", "--quiet":
			quiet = true
		case "--":
		default:
			return c.usage("%s", optionTable{}.refuses(args[0]))
		}
		args = args[1:]
	}
	switch len(args) {
	case 0:
		return c.usage("missing operand")
	case 1:
		return c.usage("missing operand after '%s'", args[0])
	}
	if _, ok := parseMode(args[0], 0, false, 0); !ok {
		return c.usage("invalid mode: '%s'", args[0])
	}
	status := 0
	for _, name := range args[1:] {
		status = max(status, c.chmod(name, args[0], recursive, quiet))
	}
	return status
}

// refuses gives the complaint about an option that is not taken.
func (t optionTable) refuses(arg string) string {
	_, _, err := optionTable{}.parse([]string{arg})
	return err.Error()
}

func (c *call) chmod(name, text string, recursive, quiet bool) int {
	info, err := c.stat(name)
	if err == nil {
		mode, _ := parseMode(text, info.Mode(), info.IsDir(), c.Umask())
		err = c.Files().Chmod(name, mode)
		if err != nil && !quiet {
			c.complain("changing permissions of '%s': %s", name, reason(err))
		}
	} else if !quiet {
		c.complain("cannot access '%s': %s", name, reason(err))
	}
	if err != nil {
		return 1
	}
	status := 0
	if recursive && info.IsDir() {
		names, _ := c.list(name)
		for _, below := range names {
			if at, err := c.lstat(name + "/" + below); err == nil && at.Target() == "" {
				status = max(status, c.chmod(name+"/"+below, text, recursive, quiet))
			}
		}
	}
	return status
}

// runChown is chown and chgrp. There are two owners, root and the machine's
// user; who is not root may only name the one that a file has already.
func runChown(c *call) int {
	reference := c.given.has("reference")
	if !reference && len(c.args) == 0 {
		return c.usage("missing operand")
	}
	if !reference && len(c.args) == 1 {
		return c.usage("missing operand after '%s'", c.args[0])
	}
	if reference {
		return c.fail("the option --reference is not modelled on a simulated host")
	}
	owner := strings.FieldsFunc(c.args[0]+" ", func(r rune) bool { return r == ':' || r == ' ' })
	for _, name := range owner {
		if name != "root" && name != "0" && name != c.Machine().User() && name != number10(userID(c.Machine().User())) {
			kind := "user"
			if c.name == "chgrp" || strings.HasPrefix(c.args[0], ":") {
				kind = "group"
			}
			return c.fail("invalid %s: '%s'", kind, c.args[0])
		}
	}
	status := 0
	for _, name := range c.args[1:] {
		status = max(status, c.chown(name, owner))
	}
	return status
}

func (c *call) chown(name string, owner []string) int {
	info, err := c.stat(name)
	if err != nil {
		return c.fail("cannot access '%s': %s", name, reason(err))
	}
	if len(owner) > 0 && c.name == "chown" && !strings.HasPrefix(c.args[0], ":") {
		if err := c.Files().Chown(name, owner[0] == "root" || owner[0] == "0"); err != nil {
			return c.fail("changing ownership of '%s': %s", name, reason(err))
		}
	}
	status := 0
	if names, _ := c.list(name); c.given.has("R") && info.IsDir() {
		for _, below := range names {
			if at, err := c.lstat(name + "/" + below); err == nil && at.Target() == "" {
				status = max(status, c.chown(name+"/"+below, owner))
			}
		}
	}
	return status
}
