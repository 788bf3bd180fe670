package host

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// A condition is one run of test or [: the expression is read once, from left
// to right. Expressions of up to four arguments are read as POSIX says, longer
// ones with -o, -a, ! and parentheses by precedence.
type condition struct {
	*call
	words []string
	at    int
}

// errCondition is what ends the reading of a wrong expression.
type errCondition string

func (e errCondition) Error() string { return string(e) }

// runTest is test.
func runTest(c *call) int { return c.condition(c.args) }

// runBracket is [.
func runBracket(c *call) int {
	last := len(c.args) - 1
	if last < 0 || c.args[last] != "]" {
		c.complain("missing ']'")
		return 2
	}
	return c.condition(c.args[:last])
}

func (c *call) condition(words []string) (status int) {
	t := &condition{call: c, words: words}
	truth, err := t.posix()
	switch {
	case err != nil:
		c.complain("%v", err)
		return 2
	case truth:
		return 0
	}
	return 1
}

// posix reads what is left by the number of its words.
func (t *condition) posix() (bool, error) {
	w := t.words
	switch len(w) {
	case 0:
		return false, nil
	case 1:
		return w[0] != "", nil
	case 2:
		return t.two(w)
	case 3:
		return t.three(w)
	case 4:
		if w[0] == "!" {
			truth, err := t.three(w[1:])
			return !truth, err
		}
		if w[0] == "(" && w[3] == ")" {
			return t.two(w[1:3])
		}
	}
	return t.whole()
}

// whole reads all words by precedence.
func (t *condition) whole() (bool, error) {
	truth, err := t.or()
	if err == nil && t.at < len(t.words) {
		return false, errCondition("extra argument '" + t.words[t.at] + "'")
	}
	return truth, err
}

func (t *condition) two(w []string) (bool, error) {
	switch {
	case w[0] == "!":
		return w[1] == "", nil
	case isUnary(w[0]):
		return t.unary(w[0], w[1])
	case len(w[0]) == 2 && w[0][0] == '-':
		return false, errCondition("'" + w[0] + "': unary operator expected")
	}
	return false, errCondition("missing argument after '" + w[1] + "'")
}

func (t *condition) three(w []string) (bool, error) {
	switch {
	case isBinary(w[1]):
		return t.binary(w[0], w[1], w[2])
	case w[0] == "!":
		truth, err := t.two(w[1:])
		return !truth, err
	case w[0] == "(" && w[2] == ")":
		return w[1] != "", nil
	case w[1] == "-a" || w[1] == "-o":
		return (&condition{call: t.call, words: w}).whole()
	}
	return false, errCondition("'" + w[1] + "': binary operator expected")
}

func (t *condition) next() string {
	if t.at < len(t.words) {
		return t.words[t.at]
	}
	return ""
}

func (t *condition) or() (bool, error) {
	truth, err := t.and()
	for err == nil && t.at < len(t.words) && t.next() == "-o" {
		t.at++
		var other bool
		other, err = t.and()
		truth = truth || other
	}
	return truth, err
}

func (t *condition) and() (bool, error) {
	truth, err := t.term()
	for err == nil && t.at < len(t.words) && t.next() == "-a" {
		t.at++
		var other bool
		other, err = t.term()
		truth = truth && other
	}
	return truth, err
}

func (t *condition) term() (bool, error) {
	left := t.words[t.at:]
	switch {
	case len(left) == 0:
		return false, errCondition("missing argument after '" + t.words[len(t.words)-1] + "'")
	case left[0] == "!" && len(left) > 1:
		t.at++
		truth, err := t.term()
		return !truth, err
	case left[0] == "(" && len(left) > 1:
		return t.parenthesis()
	case len(left) > 2 && isBinary(left[1]):
		t.at += 3
		return t.binary(left[0], left[1], left[2])
	case isUnary(left[0]) && len(left) > 1:
		t.at += 2
		return t.unary(left[0], left[1])
	case isUnary(left[0]):
		return false, errCondition("missing argument after '" + left[0] + "'")
	case len(left[0]) == 2 && left[0][0] == '-':
		return false, errCondition("'" + left[0] + "': unary operator expected")
	}
	t.at++
	return left[0] != "", nil
}

func (t *condition) parenthesis() (bool, error) {
	t.at++
	n := 1 // words up to the end, if they are few
	for t.at+n < len(t.words) && t.words[t.at+n] != ")" {
		if n++; n == 4 {
			n = len(t.words) - t.at
		}
	}
	var truth bool
	var err error
	if n < 4 {
		truth, err = (&condition{call: t.call, words: t.words[t.at : t.at+n]}).posix()
		t.at += n
	} else {
		truth, err = t.or()
	}
	if err == nil && t.next() != ")" {
		if t.at == len(t.words) {
			return false, errCondition("')' expected")
		}
		return false, errCondition("')' expected, found '" + t.next() + "'")
	}
	t.at++
	return truth, err
}

func isUnary(word string) bool {
	return len(word) == 2 && word[0] == '-' && strings.Contains("bcdefgGhkLnNOprsStuwxz", word[1:])
}

func isBinary(word string) bool {
	switch word {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

func (t *condition) unary(op, word string) (bool, error) {
	switch op {
	case "-n":
		return word != "", nil
	case "-z":
		return word == "", nil
	case "-t":
		_, err := t.integer(word)
		return false, err
	case "-h", "-L":
		info, err := t.lstat(word)
		return err == nil && info.Mode()&fs.ModeSymlink != 0, nil
	}
	info, err := t.stat(word)
	if err != nil {
		return false, nil
	}
	mode := info.Mode()
	switch op {
	case "-d":
		return mode.IsDir(), nil
	case "-f":
		return mode.IsRegular(), nil
	case "-s":
		return info.Size() > 0, nil
	case "-r", "-w", "-x":
		return t.Files().Access(word, op[1]), nil
	case "-c":
		return mode&fs.ModeCharDevice != 0, nil
	case "-O", "-G":
		return t.owns(info), nil
	case "-b", "-p", "-S", "-g", "-u", "-k", "-N":
		kind := map[string]fs.FileMode{"-p": fs.ModeNamedPipe, "-S": fs.ModeSocket, "-g": fs.ModeSetgid, "-u": fs.ModeSetuid, "-k": fs.ModeSticky}[op]
		return mode&kind != 0, nil
	}
	return true, nil // -e
}

func (t *condition) integer(word string) (int64, error) {
	n, err := strconv.ParseInt(strings.Trim(word, " \t\n"), 10, 64)
	if err != nil {
		return 0, errCondition(fmt.Sprintf("invalid integer '%s'", word))
	}
	return n, nil
}

func (t *condition) binary(a, op, b string) (bool, error) {
	switch op {
	case "=", "==":
		return a == b, nil
	case "!=":
		return a != b, nil
	case "<":
		return a < b, nil
	case ">":
		return a > b, nil
	case "-nt", "-ot", "-ef":
		return t.files(a, op, b), nil
	}
	x, err := t.integer(a)
	if err != nil {
		return false, err
	}
	y, err := t.integer(b)
	if err != nil {
		return false, err
	}
	switch op {
	case "-eq":
		return x == y, nil
	case "-ne":
		return x != y, nil
	case "-lt":
		return x < y, nil
	case "-le":
		return x <= y, nil
	case "-gt":
		return x > y, nil
	}
	return x >= y, nil
}

// files compares two files. One that is not there is older than any.
func (t *condition) files(a, op, b string) bool {
	x, errX := t.stat(a)
	y, errY := t.stat(b)
	if op == "-ef" {
		return errX == nil && errY == nil && x.node == y.node || t.resolved(a) == t.resolved(b)
	}
	if op == "-ot" {
		x, y, errX, errY = y, x, errY, errX
	}
	var since time.Duration
	if errX == nil && errY == nil {
		since = x.ModTime().Sub(y.ModTime())
	}
	return errX == nil && (errY != nil || since > 0)
}
