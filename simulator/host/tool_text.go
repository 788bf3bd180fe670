package host

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
)

// runCat is cat.
func runCat(c *call) int {
	number, squeeze := c.given.which("n", "b"), c.given.has("s")
	if c.given.has("b") {
		number = "b"
	}
	if len(c.given) == 0 || c.given.which("n", "b", "s", "A", "E", "T", "v", "e", "t") == "" {
		return c.copyInputs()
	}
	count, blank, fresh := 0, false, true
	return c.eachLine(c.inputs(), func(line []byte) bool {
		empty := fresh && line[0] == '\n'
		if empty && blank && squeeze {
			return true
		}
		blank = empty
		if fresh && (number == "n" || number == "b" && !empty) {
			count++
			c.printf("%6d\t", count)
		}
		fresh = line[len(line)-1] == '\n'
		_, err := c.out.Write(c.visible(line))
		return err == nil
	})
}

func (c *call) copyInputs() int {
	status := 0
	for _, name := range c.inputs() {
		r, err := c.open(name)
		if err != nil {
			status = c.trouble(name, err)
			continue
		}
		if _, err := io.CopyBuffer(justWriter{c.out}, justReader{r}, make([]byte, toolBuffer)); err != nil {
			return status
		}
	}
	return status
}

// justReader and justWriter keep io.Copy from asking for more than one buffer.
type (
	justReader struct{ io.Reader }
	justWriter struct{ io.Writer }
)

// visible shows ends, tabs and control characters as the options of cat say.
func (c *call) visible(line []byte) []byte {
	ends, tabs, all := c.given.has("E", "A", "e"), c.given.has("T", "A", "t"), c.given.has("v", "A", "e", "t")
	if !ends && !tabs && !all {
		return line
	}
	var b []byte
	for _, x := range line {
		switch {
		case x == '\n' && ends:
			b = append(b, "$\n"...)
		case x == '\n' || x == '\t' && !tabs:
			b = append(b, x)
		case x == '\t':
			b = append(b, "^I"...)
		case all:
			b = append(b, caret(x)...)
		default:
			b = append(b, x)
		}
	}
	return b
}

func caret(x byte) string {
	switch {
	case x >= 128:
		return "M-" + caret(x-128)
	case x == 127:
		return "^?"
	case x < 32:
		return "^" + string(rune(x+64))
	}
	return string(rune(x))
}

// runTac is tac.
func runTac(c *call) int {
	status := 0
	for _, name := range c.inputs() {
		data, err := c.readAll(name)
		if err != nil {
			status = c.fail("failed to open %s for reading: %s", shellQuote(name), reason(err))
			continue
		}
		lines := bytes.SplitAfter(data, []byte("\n"))
		for _, line := range slices.Backward(lines) {
			c.out.Write(line)
		}
	}
	return status
}

// runHead is head.
func runHead(c *call) int {
	unit := c.given.which("n", "c")
	text := c.given.last(unit, "10")
	count, ok := sizeNumber(text)
	if strings.HasPrefix(text, "+") {
		ok = ok && isDigit(text[1])
	}
	if !ok {
		return c.fail("invalid number of %s: '%s'", map[string]string{"c": "bytes"}[unit]+map[bool]string{true: "lines"}[unit != "c"], strings.TrimPrefix(text, "-"))
	}
	back := strings.HasPrefix(text, "-")
	status, shown := 0, 0
	for _, name := range c.inputs() {
		r, err := c.open(name)
		if err != nil {
			status = c.openTrouble(name, err)
			if !isDirectoryError(err) {
				continue
			}
			r = bufio.NewReader(strings.NewReader(""))
		}
		c.header(name, &shown)
		if err == nil {
			c.headOf(r, unit, count, back)
		}
	}
	return status
}

// openTrouble complains as head and tail do.
func (c *call) openTrouble(name string, err error) int {
	if isDirectoryError(err) {
		return c.fail("error reading %s: %s", shellQuote(name), reason(err))
	}
	return c.fail("cannot open %s for reading: %s", shellQuote(name), reason(err))
}

// header writes the name of a file if several are shown.
func (c *call) header(name string, shown *int) {
	if c.given.has("q") || len(c.args) < 2 && !c.given.has("v") {
		return
	}
	if name == "-" {
		name = "standard input"
	}
	if *shown++; *shown > 1 {
		c.printf("\n")
	}
	c.printf("==> %s <==\n", name)
}

func (c *call) headOf(r *bufio.Reader, unit string, count int64, back bool) {
	switch {
	case back:
		data, _ := io.ReadAll(r)
		c.out.Write(allBut(data, unit, -count))
	case unit == "c":
		_, _ = io.CopyN(justWriter{c.out}, justReader{r}, count)
	default:
		for range count {
			line, err := r.ReadBytes('\n')
			if _, lost := c.out.Write(line); err != nil || lost != nil {
				return
			}
		}
	}
}

// allBut gives data without its last count lines or bytes.
func allBut(data []byte, unit string, count int64) []byte {
	return data[:tailStart(data, unit, count)]
}

// tailStart gives where the last count lines or bytes of data begin.
func tailStart(data []byte, unit string, count int64) int {
	if unit == "c" {
		return int(max(0, int64(len(data))-count))
	}
	at := len(data)
	for range count {
		if at == 0 {
			return 0
		}
		at = bytes.LastIndexByte(data[:at-1], '\n') + 1
	}
	return at
}

// runWc is wc.
func runWc(c *call) int {
	status, totals := 0, [4]int{}
	var rows [][4]int
	var names []string
	width := 1
	for _, name := range c.inputs() {
		data, err := c.readAll(name)
		if err != nil {
			status = c.trouble(name, err)
			if !isDirectoryError(err) {
				continue
			}
			width = 7
		}
		row := countText(data)
		for i := range totals {
			totals[i] += row[i]
		}
		rows, names = append(rows, row), append(names, name)
		if name == "-" && (len(c.args) > 0 || !c.oneColumn()) {
			width = 7
		}
	}
	if len(c.args) > 1 {
		rows, names = append(rows, totals), append(names, "total")
	}
	if len(c.args) == 0 {
		names[0] = ""
	}
	if len(rows) == 1 && c.oneColumn() && len(c.args) < 2 {
		width = 1
	} else {
		width = max(width, len(strconv.Itoa(totals[2])))
	}
	for i, row := range rows {
		c.wcRow(row, width, names[i])
	}
	return status
}

func (c *call) oneColumn() bool { return len(c.wcColumns()) == 1 }

// wcColumns gives the columns that wc shows, always in this order.
func (c *call) wcColumns() []int {
	var columns []int
	for i, name := range []string{"l", "w", "m", "c", "L"} {
		if c.given.has(name) {
			columns = append(columns, []int{0, 1, 2, 2, 3}[i])
		}
	}
	if columns == nil {
		return []int{0, 1, 2}
	}
	return columns
}

func (c *call) wcRow(row [4]int, width int, name string) {
	var fields []string
	for _, i := range c.wcColumns() {
		n := strconv.Itoa(row[i])
		fields = append(fields, strings.Repeat(" ", max(0, width-len(n)))+n)
	}
	if name != "" {
		fields = append(fields, name)
	}
	c.printf("%s\n", strings.Join(fields, " "))
}

// countText counts lines, words, bytes, and the longest line's length.
func countText(data []byte) (row [4]int) {
	row[0] = bytes.Count(data, []byte("\n"))
	row[2] = len(data)
	word := false
	for _, x := range data {
		if isSpace(x) {
			word = false
		} else if isGraph(x) && !word {
			word = true
			row[1]++
		}
	}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		at := 0
		for _, x := range line {
			switch {
			case x == '\t':
				at += 8 - at%8
			case x >= ' ' && x < 0x7f:
				at++
			}
		}
		row[3] = max(row[3], at)
	}
	return row
}

// runTee is tee. What comes is passed on as it comes.
func runTee(c *call) int {
	status := 0
	var files []string
	for _, name := range c.args {
		err := error(nil)
		if !c.given.has("a") {
			err = c.save(name, nil)
		} else {
			err = c.addTo(name, nil)
		}
		if err != nil {
			status = c.trouble(name, err)
			continue
		}
		files = append(files, name)
	}
	buffer := make([]byte, 4096)
	for {
		n, err := c.input().Read(buffer)
		if _, lost := c.out.Write(buffer[:n]); lost != nil {
			return 1
		}
		for _, name := range files {
			if err := c.addTo(name, buffer[:n]); err != nil {
				status = c.trouble(name, err)
			}
		}
		if err != nil {
			return status
		}
	}
}
