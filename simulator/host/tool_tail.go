package host

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

var tailOptions = optionTable{
	short: "n:c:fFqvs:", long: "lines=n: bytes=c: follow=follow? quiet=q silent=q verbose=v sleep-interval=s: pid=pid: retry=retry", number: "n",
}

// A tail is one run of tail.
type tail struct {
	*call
	unit   string
	count  int64
	start  bool // from the front: +N
	byName bool // -F: a file that is replaced is followed to its successor
	retry  bool
	every  time.Duration
	pid    int
	shown  int
	last   string // whose lines were shown last
	files  []*tailFile
}

// A tailFile is a file that is followed.
type tailFile struct {
	name   string
	offset int
	node   *node // nil if it is not there
}

// runTail is tail.
func runTail(c *call) int {
	t := &tail{call: c, unit: c.given.which("n", "c")}
	if status := t.options(); status != 0 {
		return status
	}
	status := 0
	for _, name := range c.inputs() {
		if !t.show(name) {
			status = 1
		}
	}
	if !c.given.has("f", "F", "follow") {
		return status
	}
	return max(status, t.follow())
}

func (t *tail) options() int {
	what := "lines"
	if t.unit == "c" {
		what = "bytes"
	}
	text := t.given.last(t.unit, "10")
	var ok bool
	t.count, ok = sizeNumber(text)
	if !ok {
		return t.fail("invalid number of %s: '%s'", what, strings.TrimPrefix(text, "-"))
	}
	t.start = strings.HasPrefix(text, "+")
	if t.count < 0 {
		t.count = -t.count
	}
	seconds := t.given.last("s", "1")
	if t.every, ok = duration(seconds); !ok {
		return t.fail("invalid number of seconds: '%s'", seconds)
	}
	t.every = max(t.every, 10*time.Millisecond)
	if text := t.given.last("pid", ""); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return t.fail("invalid PID: '%s'", text)
		}
		t.pid = n
	}
	how := t.given.last("follow", "descriptor")
	if how != "" && how != "descriptor" && how != "name" {
		return t.usage("invalid argument '%s' for '--follow'\nValid arguments are:\n  - 'descriptor'\n  - 'name'", how)
	}
	t.byName = t.given.has("F") || how == "name"
	t.retry = t.given.has("F", "retry")
	return 0
}

// show writes the end of a file; false after a complaint.
func (t *tail) show(name string) bool {
	data, err := t.readAll(name)
	f := &tailFile{name: name, node: t.nodeOf(name)}
	if name != "-" && (err == nil || t.retry && !isDirectoryError(err)) {
		t.files = append(t.files, f)
	}
	if err != nil {
		t.openTrouble(name, err)
		if isDirectoryError(err) {
			t.header(name, &t.shown)
		}
		return false
	}
	t.header(name, &t.shown)
	t.last = name
	f.offset = len(data)
	t.out.Write(data[t.from(data):])
	return true
}

// from gives where what is shown begins.
func (t *tail) from(data []byte) int {
	switch {
	case !t.start:
		return tailStart(data, t.unit, t.count)
	case t.unit == "c":
		return int(min(int64(len(data)), max(0, t.count-1)))
	}
	at := 0
	for n := int64(1); n < t.count && at < len(data); n++ {
		end := bytes.IndexByte(data[at:], '\n')
		if end < 0 {
			return len(data)
		}
		at += end + 1
	}
	return at
}

func (t *tail) nodeOf(name string) *node {
	n, err := t.Files().readable(name)
	if err != nil {
		return nil
	}
	return n
}

// follow shows what is added, until nobody reads it or the process named by
// --pid has ended.
func (t *tail) follow() int {
	if len(t.files) == 0 {
		if len(t.args) == 0 || t.args[0] == "-" && len(t.args) == 1 {
			return 0 // standard input has ended
		}
		return t.fail("no files remaining")
	}
	for {
		if t.out.Flush() != nil {
			return 1
		}
		gone := t.pid > 0 && t.Machine().Process(t.pid) == nil
		if !gone {
			t.Sleep(t.every)
		}
		for _, f := range t.files {
			t.look(f)
		}
		if gone {
			return 0
		}
	}
}

// look shows what was added to one file.
func (t *tail) look(f *tailFile) {
	n := t.nodeOf(f.name)
	switch {
	case !t.byName && f.node != nil:
		if n == nil || n != f.node && !bytes.HasPrefix(n.data, f.node.data[:min(len(f.node.data), f.offset)]) {
			n = f.node // the file that was opened, wherever it is now
		}
	case n == nil && f.node != nil:
		t.complain("%s: %s", quoteAlways(f.name)+" has become inaccessible", ErrNotExist.text)
	case n != nil && f.node == nil:
		t.complain("'%s' has appeared;  following new file", f.name)
		f.offset = 0
	case n != nil && n != f.node:
		t.complain("'%s' has been replaced;  following new file", f.name)
		f.offset = 0
	}
	f.node = n
	if n == nil {
		return
	}
	if len(n.data) < f.offset {
		t.complain("%s: file truncated", f.name)
		f.offset = 0
		if len(n.data) == 0 {
			return
		}
	}
	if len(n.data) > f.offset {
		if t.last != f.name {
			t.header(f.name, &t.shown)
			t.last = f.name
		}
		t.out.Write(n.data[f.offset:])
		f.offset = len(n.data)
	}
}

func quoteAlways(name string) string { return "'" + name + "'" }

// runSeqArgs keeps negative numbers from being taken for options.
func runSeqArgs(c *call) int {
	t := optionTable{short: "ws:f:", long: "equal-width=w separator=s: format=f:", strict: true}
	options := 0
	for options < len(c.args) {
		arg := c.args[options]
		if len(arg) < 2 || arg[0] != '-' || isDigit(arg[1]) || arg[1] == '.' {
			break
		}
		if options++; (arg == "-s" || arg == "-f" || arg == "--separator" || arg == "--format") && options < len(c.args) {
			options++
		}
	}
	given, rest, err := t.parse(c.args[:options])
	if err != nil {
		return c.usage("%v", err)
	}
	c.given, c.args = given, append(rest, c.args[options:]...)
	return runSeq(c)
}

// runSeq is seq, of decimal numbers.
func runSeq(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	if len(c.args) > 3 {
		return c.usage("extra operand '%s'", c.args[3])
	}
	if c.given.has("f") {
		return c.usage("the option -f is not modelled on a simulated host")
	}
	bounds := []float64{1, 1, 1}
	digits := 0
	for i, text := range c.args {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return c.usage("invalid floating point argument: '%s'", text)
		}
		place := map[int][]int{1: {2}, 2: {0, 2}, 3: {0, 1, 2}}[len(c.args)][i]
		bounds[place] = n
		if _, fraction, ok := strings.Cut(text, "."); ok && place != 2 {
			digits = max(digits, len(fraction))
		}
	}
	first, step, last := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		return c.usage("invalid Zero increment value: '%s'", c.args[1])
	}
	width := 0
	if c.given.has("w") {
		width = max(len(strconv.FormatFloat(first, 'f', digits, 64)), len(strconv.FormatFloat(last, 'f', digits, 64)))
	}
	joint := c.given.last("s", "\n")
	any := false
	for i := 0; ; i++ {
		n := first + float64(i)*step
		if step > 0 && n > last+1e-9 || step < 0 && n < last-1e-9 {
			break
		}
		if any {
			c.printf("%s", joint)
		}
		any = true
		if _, err := c.out.WriteString(padZero(strconv.FormatFloat(n, 'f', digits, 64), width)); err != nil {
			return 1
		}
	}
	if any {
		c.printf("\n")
	}
	return 0
}

func padZero(text string, width int) string {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	return sign + strings.Repeat("0", max(0, width-len(sign)-len(text))) + text
}

// runYes is yes. It ends when nobody reads it, or as a process that never lets
// time pass.
func runYes(c *call) int {
	line := "y"
	if len(c.args) > 0 {
		line = strings.Join(c.args, " ")
	}
	for {
		if _, err := io.WriteString(c.out, line+"\n"); err != nil {
			return 1
		}
	}
}
