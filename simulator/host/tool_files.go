package host

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// runMkdir is mkdir.
func runMkdir(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	mode, ok := parseMode(c.given.last("m", "777"), 0o777, true, c.Umask())
	if !ok {
		return c.fail("invalid mode '%s'", c.given.last("m", ""))
	}
	status := 0
	for _, name := range c.args {
		var err error
		_, before := c.stat(name)
		if c.given.has("p") {
			err = c.Files().MkdirAll(name, 0o777)
		} else {
			err = c.Files().Mkdir(name, 0o777)
		}
		if err != nil {
			status = c.fail("cannot create directory '%s': %s", name, reason(err))
			continue
		}
		if c.given.has("v") && before != nil {
			c.printf("%s: created directory '%s'\n", c.name, name)
		}
		if c.given.has("m") && before != nil {
			_ = c.Files().Chmod(name, mode) // it was just made
		}
	}
	return status
}

// runRmdir is rmdir.
func runRmdir(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	status := 0
	for _, name := range c.args {
		for {
			info, err := c.lstat(name)
			if err == nil && !info.IsDir() {
				err = ErrNotDir
			}
			if err == nil {
				err = c.Files().Remove(name)
			}
			if err != nil {
				if !c.given.has("ignore") || Text(err) != ErrNotEmpty.text {
					status = c.fail("failed to remove '%s': %s", name, reason(err))
				}
				break
			}
			name = dirname(name)
			if !c.given.has("p") || name == "." || name == "/" {
				break
			}
		}
	}
	return status
}

// runRm is rm.
func runRm(c *call) int {
	force := c.given.which("f", "i") == "f"
	if c.given.which("f", "i", "I") == "i" || c.given.has("I") {
		return c.usage("asking (-i, -I) is not modelled on a simulated host: there is nobody to answer")
	}
	if len(c.args) == 0 {
		if force {
			return 0
		}
		return c.usage("missing operand")
	}
	status := 0
	for _, name := range c.args {
		if err := c.removeOne(name, force); err != "" {
			status = c.fail("%s", err)
		}
	}
	return status
}

// removeOne gives what is wrong, "" if nothing is.
func (c *call) removeOne(name string, force bool) string {
	base := path.Base(name)
	recursive := c.given.has("r", "R")
	info, err := c.lstat(name)
	switch {
	case err != nil && force && (Text(err) == ErrNotExist.text || Text(err) == ErrNotDir.text):
		return ""
	case err != nil:
		return "cannot remove '" + name + "': " + reason(err)
	case info.IsDir() && !recursive && !c.given.has("d"):
		return "cannot remove '" + name + "': " + ErrIsDir.text
	case info.IsDir() && (base == "." || base == "..") && c.abs(name) != "/":
		return "refusing to remove '.' or '..' directory: skipping '" + name + "'"
	case c.abs(name) == "/" && recursive:
		return "it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe"
	}
	if recursive {
		if entries, denied := c.list(name); info.IsDir() && denied != nil {
			return "cannot remove '" + name + "': " + reason(denied)
		} else if len(entries) > 0 && !c.Files().Access(name, 'w') {
			return "cannot remove '" + strings.TrimSuffix(name, "/") + "/" + entries[0] + "': " + ErrPermission.text
		}
		err = c.Files().RemoveAll(name)
	} else {
		err = c.Files().Remove(name)
	}
	if err != nil {
		return "cannot remove '" + name + "': " + reason(err)
	}
	if c.given.has("v") {
		c.printf("%s", map[bool]string{true: "removed directory '" + name + "'\n", false: "removed '" + name + "'\n"}[info.IsDir()])
	}
	return ""
}

// targets finds where the operands of cp, mv and ln go; not ok after a
// complaint.
func (c *call) targets() (sources []string, into string, dir, ok bool) {
	sources = c.args
	if into = c.given.last("t", ""); into != "" {
		if !c.isDir(into) {
			c.complain("target directory '%s': %s", into, ErrNotExist.text)
			return nil, "", false, false
		}
		return sources, into, true, len(sources) > 0 || c.usage("missing file operand") == 0
	}
	switch len(sources) {
	case 0:
		c.usage("missing file operand")
		return nil, "", false, false
	case 1:
		c.usage("missing destination file operand after '%s'", sources[0])
		return nil, "", false, false
	}
	last := len(sources) - 1
	sources, into = sources[:last], sources[last]
	dir = c.isDir(into) && !c.given.has("T")
	if !dir && len(sources) > 1 {
		if c.given.has("T") {
			c.usage("extra operand '%s'", c.args[2])
		} else if _, err := c.stat(into); err != nil {
			c.complain("target '%s': %s", into, reason(err))
		} else {
			c.complain("target '%s': %s", into, ErrNotDir.text)
		}
		return nil, "", false, false
	}
	return sources, into, dir, true
}

func within(dir, name string) string { return strings.TrimRight(dir, "/") + "/" + path.Base(name) }

// eachTarget does something to every source and the name it gets: in the
// directory that is named last, unless that is not to be followed.
func (c *call) eachTarget(follow bool, do func(from, to string) int) int {
	sources, into, dir, ok := c.targets()
	if !ok {
		return 1
	}
	status := 0
	for _, from := range sources {
		to := into
		if dir && follow {
			to = within(into, from)
		}
		status = max(status, do(from, to))
	}
	return status
}

// runMv is mv.
func runMv(c *call) int {
	return c.eachTarget(true, func(from, to string) int {
		if err := c.move(from, to); err != "" {
			return c.fail("%s", err)
		}
		return 0
	})
}

func (c *call) move(from, to string) string {
	src, err := c.lstat(from)
	if err != nil {
		return "cannot stat '" + from + "': " + reason(err)
	}
	dst, missing := c.lstat(to)
	switch {
	case missing == nil && c.given.has("n"):
		return ""
	case missing == nil && c.resolved(from) == c.resolved(to):
		return "'" + from + "' and '" + to + "' are the same file"
	case missing == nil && dst.IsDir() && !src.IsDir():
		return "cannot overwrite directory '" + to + "' with non-directory"
	case missing == nil && !dst.IsDir() && src.IsDir():
		return "cannot overwrite non-directory '" + to + "' with directory '" + from + "'"
	}
	if missing != nil && strings.HasSuffix(to, "/") && !src.IsDir() {
		return "cannot move '" + from + "' to '" + to + "': " + ErrNotDir.text
	}
	if err := c.Files().Rename(from, to); err != nil {
		if Text(err) == ErrInvalid.text {
			return "cannot move '" + from + "' to a subdirectory of itself, '" + to + "'"
		}
		return "cannot move '" + from + "' to '" + to + "': " + reason(err)
	}
	if c.given.has("v") {
		c.printf("renamed '%s' -> '%s'\n", from, to)
	}
	return ""
}

// runLn is ln. A simulated file has one name, so hard links are refused.
func runLn(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing file operand")
	}
	if !c.given.has("s") {
		return c.fail("hard links are not modelled on a simulated host; use -s")
	}
	if len(c.args) == 1 && !c.given.has("t") {
		c.args = append(slices.Clone(c.args), ".")
	}
	follow := true
	if info, err := c.lstat(c.args[len(c.args)-1]); err == nil && c.given.has("n") {
		follow = info.Target() == ""
	}
	return c.eachTarget(follow, func(from, to string) int {
		if _, err := c.lstat(to); err == nil && c.given.has("f") {
			_ = c.Files().Remove(to)
		}
		if err := c.Files().Symlink(from, to); err != nil {
			return c.fail("failed to create symbolic link '%s': %s", to, reason(err))
		}
		if c.given.has("v") {
			c.printf("'%s' -> '%s'\n", to, from)
		}
		return 0
	})
}

// parseMode applies a mode as chmod takes it to another.
func parseMode(text string, old fs.FileMode, dir bool, umask uint32) (fs.FileMode, bool) {
	if n, err := strconv.ParseUint(text, 8, 16); err == nil && n <= 0o7777 {
		return fs.FileMode(n & 0o777), true
	}
	mode := old.Perm()
	for clause := range strings.SplitSeq(text, ",") {
		who := clause[:len(clause)-len(strings.TrimLeft(clause, "ugoa"))]
		ops := clause[len(who):]
		if ops == "" || strings.IndexByte("+-=", ops[0]) < 0 {
			return 0, false
		}
		for ops != "" {
			op := ops[0]
			perms := ops[1:]
			if end := strings.IndexAny(perms, "+-="); end >= 0 {
				perms = perms[:end]
			}
			ops = ops[1+len(perms):]
			bits, ok := modeBits(perms, mode, dir || old&0o111 != 0)
			if !ok {
				return 0, false
			}
			mode = applyMode(mode, who, op, bits, umask)
		}
	}
	return mode, true
}

// modeBits gives the permissions that letters stand for, for one class.
func modeBits(letters string, mode fs.FileMode, search bool) (bits fs.FileMode, ok bool) {
	if len(letters) == 1 && strings.Contains("ugo", letters) {
		return mode >> map[string]int{"u": 6, "g": 3, "o": 0}[letters] & 7, true
	}
	for _, letter := range letters {
		switch letter {
		case 'r':
			bits |= 4
		case 'w':
			bits |= 2
		case 'x':
			bits |= 1
		case 'X':
			if search {
				bits |= 1
			}
		case 's', 't': // kept by no simulated file
		default:
			return 0, false
		}
	}
	return bits, true
}

func applyMode(mode fs.FileMode, who string, op byte, bits fs.FileMode, umask uint32) fs.FileMode {
	mask := fs.FileMode(0)
	for letter, shift := range map[string]int{"u": 6, "g": 3, "o": 0} {
		if who == "" || strings.Contains(who, letter) || strings.Contains(who, "a") {
			mask |= 7 << shift
		}
	}
	all := bits<<6 | bits<<3 | bits
	changed := all & mask
	if who == "" {
		changed &^= fs.FileMode(umask)
	}
	switch op {
	case '+':
		return mode | changed
	case '-':
		return mode &^ changed
	}
	return mode&^mask | changed
}
