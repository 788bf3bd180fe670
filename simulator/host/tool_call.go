package host

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// This file is what the small tools have in common: how their command lines are
// read, how they complain, where they read and write.

// A tool is one of the usual small programs of a Linux host.
type tool struct {
	options optionTable
	run     func(*call) int
	raw     bool   // it reads its command line itself
	hint    string // said after a wrong command line; "" for Try 'NAME --help' …
}

// A complaint is an error in the words of a real tool, however they are
// written.
type complaint string

func (c complaint) Error() string { return string(c) }

func complaintf(format string, args ...any) error { return complaint(fmt.Sprintf(format, args...)) }

// A call is one run of a tool.
type call struct {
	*Process
	name  string
	bad   int
	hint  string
	given optionList
	args  []string // operands
	out   *bufio.Writer
	in    *bufio.Reader
}

// program makes a program of a tool.
func (t tool) program(p *Process) int {
	c := newCall(p)
	c.bad, c.hint = max(1, t.options.bad), t.hint
	if !t.raw {
		var err error
		if c.given, c.args, err = t.options.parse(c.args); err != nil {
			return c.usage("%v", err)
		}
	}
	status := t.run(c)
	if err := c.out.Flush(); err != nil {
		return c.lost(err, status)
	}
	return status
}

// lost says that output could not be written.
func (c *call) lost(err error, status int) int {
	if errors.Is(err, ErrBrokenPipe) {
		return max(status, 1)
	}
	fmt.Fprintf(c.Stderr, "%s: write error: %s\n", c.name, Text(err))
	return max(status, c.bad)
}

func newCall(p *Process) *call {
	name := path.Base(p.Args()[0])
	c := &call{Process: p, name: name, bad: 1, args: p.Args()[1:], out: bufio.NewWriterSize(p.Stdout, toolBuffer)}
	return c
}

// toolBuffer is how much a tool writes, or reads of a file, at a time.
const toolBuffer = 1 << 10

// input is the tool's standard input. It is read in as large pieces as the real
// ones read, because what they have read and not used is gone for who comes next.
func (c *call) input() *bufio.Reader {
	if c.in == nil {
		c.in = bufio.NewReader(flushing{c})
	}
	return c.in
}

// flushing is standard input: what was written goes out before it is waited for
// more.
type flushing struct{ *call }

func (f flushing) Read(into []byte) (int, error) {
	if err := f.out.Flush(); err != nil {
		return 0, io.EOF
	}
	return f.Stdin.Read(into)
}

func (c *call) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// complain writes a message to standard error.
func (c *call) complain(format string, args ...any) {
	_ = c.out.Flush()
	fmt.Fprintf(c.Stderr, c.name+": "+format+"\n", args...)
}

// fail complains and gives status 1.
func (c *call) fail(format string, args ...any) int {
	c.complain(format, args...)
	return 1
}

// usage complains about the command line.
func (c *call) usage(format string, args ...any) int {
	c.complain(format, args...)
	return c.tryHelp()
}

func (c *call) tryHelp() int {
	hint := c.hint
	if hint == "" {
		hint = fmt.Sprintf("Try '%s --help' for more information.", c.name)
	}
	fmt.Fprintln(c.Stderr, hint)
	return c.bad
}

// trouble complains about an operand, with the reason of a file error.
func (c *call) trouble(name string, err error) int {
	return c.fail("%s: %s", quoteName(name), reason(err))
}

// quoteName puts a name into quotes where the GNU tools do so to keep messages
// readable.
func quoteName(name string) string {
	if strings.Contains(name, ":") || strings.ContainsAny(name, " \t\n'\"$*?[]();&|<>`\\") || name == "" {
		return shellQuote(name)
	}
	return name
}

// shellQuote always puts a name into quotes.
func shellQuote(name string) string {
	if strings.Contains(name, "'") && !strings.ContainsAny(name, "\"$`\\!") {
		return `"` + name + `"`
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

func reason(err error) string { return Text(err) }

func isDirectoryError(err error) bool { return errors.Is(err, ErrIsDir) }

func (c *call) read(name string) ([]byte, error)     { return c.Files().ReadFile(name) }
func (c *call) save(name string, data []byte) error  { return c.Files().WriteFile(name, data) }
func (c *call) addTo(name string, data []byte) error { return c.Files().AppendFile(name, data) }
func (c *call) stat(name string) (*Info, error)      { return c.Files().Stat(name) }
func (c *call) lstat(name string) (*Info, error)     { return c.Files().Lstat(name) }
func (c *call) fleet() *Fleet                        { return c.Machine().Fleet() }

func (c *call) isDir(name string) bool {
	info, err := c.stat(name)
	return err == nil && info.IsDir()
}

// list gives the names in a directory.
func (c *call) list(name string) ([]string, error) {
	infos, err := c.Files().ReadDir(name)
	names := make([]string, len(infos))
	for i, info := range infos {
		names[i] = info.Name()
	}
	return names, err
}

// owns reports whether a file belongs to who runs the tool.
func (c *call) owns(info *Info) bool { return info.Users() == (c.User() != "root") }

// inputs gives the operands, or standard input if there are none.
func (c *call) inputs() []string {
	if len(c.args) == 0 {
		return []string{"-"}
	}
	return c.args
}

// open gives what is in a file; "-" is standard input.
func (c *call) open(name string) (*bufio.Reader, error) {
	if name == "-" || name == "/dev/stdin" {
		return c.input(), nil
	}
	data, err := c.read(name)
	return bufio.NewReaderSize(bytes.NewReader(data), toolBuffer), err
}

// readAll gives all that is in a file; "-" is standard input.
func (c *call) readAll(name string) ([]byte, error) {
	if name != "-" {
		return c.read(name)
	}
	return io.ReadAll(c.input())
}

// eachLine calls do with each line of the operands, its end included, until do
// says false. Files that cannot be read are complained about; the status says so.
func (c *call) eachLine(names []string, do func(line []byte) bool) int {
	status := 0
	for _, name := range names {
		r, err := c.open(name)
		if err != nil {
			status = c.trouble(name, err)
			continue
		}
		for {
			line, err := r.ReadBytes('\n')
			if len(line) > 0 && !do(line) {
				return status
			}
			if err != nil {
				break
			}
		}
	}
	return status
}

// sizeNumber reads a decimal number with the usual suffixes of sizes.
func sizeNumber(text string) (int64, bool) {
	digits := strings.TrimRight(text, "bkKMGTBi")
	n, err := strconv.ParseInt(strings.TrimPrefix(digits, "+"), 10, 64)
	if err != nil || strings.ContainsAny(digits[1:], "+-") {
		return 0, false
	}
	unit, ok := map[string]int64{
		"": 1, "b": 512, "kB": 1000, "k": 1 << 10, "K": 1 << 10, "KiB": 1 << 10, "MB": 1e6, "M": 1 << 20, "MiB": 1 << 20,
		"GB": 1e9, "G": 1 << 30, "GiB": 1 << 30, "TB": 1e12, "T": 1 << 40, "TiB": 1 << 40,
	}[text[len(digits):]]
	return n * unit, ok
}
