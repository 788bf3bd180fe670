package host

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// runStat is stat.
func runStat(c *call) int {
	if len(c.args) == 0 {
		return c.usage("missing operand")
	}
	if c.given.has("f", "t") {
		return c.usage("the options -f and -t are not modelled on a simulated host")
	}
	format, end := c.given.last("c", ""), "\n"
	if c.given.which("c", "printf") == "printf" {
		format, end = escapes(c.given.last("printf", "")), ""
	}
	if !c.given.has("c", "printf") {
		format = "  File: %\x01\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n" +
			"Access: %x\nModify: %y\nChange: %z\n Birth: %w"
	}
	status := 0
	for _, name := range c.args {
		info, err := c.lstat(name)
		if c.given.has("L") {
			info, err = c.stat(name)
		}
		if err != nil {
			status = c.fail("cannot statx '%s': %s", name, reason(err))
			continue
		}
		text, bad := c.statText(format, name, info)
		if bad != "" {
			return c.fail("%s: invalid directive", bad)
		}
		c.printf("%s%s", text, end)
	}
	return status
}

// escapes reads the escapes of a printf format.
func escapes(text string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\"`, `"`, `\0`, "\x00").Replace(text)
}

// statText fills in a format; bad is a directive that is none.
func (c *call) statText(format, name string, info *Info) (text, bad string) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		from := i
		for i++; i < len(format) && strings.IndexByte("0123456789-.#+ ", format[i]) >= 0; i++ {
		}
		if i == len(format) {
			return "", format[from:]
		}
		value, ok := c.statField(format[i], name, info)
		if !ok {
			return "", format[from : i+1]
		}
		fmt.Fprintf(&b, "%"+strings.TrimPrefix(format[from+1:i], "0")+"s", value)
		if strings.HasPrefix(format[from+1:i], "0") {
			width, _ := strconv.Atoi(format[from+1 : i])
			done := b.String()
			b.Reset()
			done = done[:len(done)-max(min(width, 99), len(value))]
			b.WriteString(done + strings.Repeat("0", max(0, min(width, 99)-len(value))) + value)
		}
	}
	return b.String(), ""
}

func (c *call) statField(letter byte, name string, info *Info) (string, bool) {
	owner := c.owner(info)
	seconds := strconv.FormatInt(info.ModTime().Unix(), 10)
	switch letter {
	case '%':
		return "%", true
	case 'n':
		return name, true
	case 'N', 1:
		quote := map[byte]string{'N': "'"}[letter]
		if info.Target() != "" {
			return quote + name + quote + " -> " + quote + info.Target() + quote, true
		}
		return quote + name + quote, true
	case 's':
		return strconv.FormatInt(info.Size(), 10), true
	case 'b':
		return strconv.FormatInt(2*blocks(info), 10), true
	case 'B':
		return "512", true
	case 'o':
		return "4096", true
	case 'a':
		return strconv.FormatUint(uint64(info.Mode().Perm()), 8), true
	case 'A':
		return modeText(info.Mode()), true
	case 'f':
		return strconv.FormatUint(uint64(info.Mode().Perm())|fileType(info), 16), true
	case 'F':
		return fileKind(info), true
	case 'u', 'g':
		return number10(userID(owner)), true
	case 'U', 'G':
		return owner, true
	case 'h':
		return map[bool]string{true: "2", false: "1"}[info.IsDir()], true
	case 'X', 'Y', 'Z':
		return seconds, true
	case 'x', 'y', 'z':
		return formatDate(info.ModTime().UTC(), "%Y-%m-%d %H:%M:%S.%N %z"), true
	case 'w':
		return "-", true
	case 'W':
		return "0", true
	case 'm':
		return "/", true
	}
	return "", false
}

func fileType(info *Info) uint64 {
	switch {
	case info.IsDir():
		return 0x4000
	case info.Target() != "":
		return 0xa000
	case strings.HasPrefix(modeText(info.Mode()), "c"):
		return 0x2000
	}
	return 0x8000
}

func fileKind(info *Info) string {
	switch {
	case info.IsDir():
		return "directory"
	case info.Target() != "":
		return "symbolic link"
	case fileType(info) == 0x2000:
		return "character special file"
	case info.Size() == 0:
		return "regular empty file"
	}
	return "regular file"
}

// runDf is df. A machine has one disk, mounted at /.
func runDf(c *call) int {
	status := 0
	for _, name := range c.args {
		if _, err := c.stat(name); err != nil {
			status = c.trouble(name, err)
		}
	}
	if status != 0 && len(c.args) == 1 {
		return status
	}
	t := c.Machine().Files().tree
	size, used := t.limit/1024, (t.used+1023)/1024
	if t.full {
		used = size
	}
	percent := "-"
	if size > 0 {
		percent = number10(int((used*100+size-1)/size)) + "%"
	}
	show := func(n int64) string { return strconv.FormatInt(n, 10) }
	title, free := "1K-blocks", "Available"
	use := "Use%"
	switch c.given.which("h", "H", "k", "m") {
	case "h":
		title, free = "Size", "Avail"
		show = func(n int64) string { return human(n*1024, 1024) }
	case "H":
		title, free = "Size", "Avail"
		show = func(n int64) string { return human(n*1024, 1000) }
	case "m":
		title = "1M-blocks"
		show = func(n int64) string { return strconv.FormatInt((n+1023)/1024, 10) }
	}
	if c.given.has("P") && title == "1K-blocks" {
		title = "1024-blocks"
		use = "Capacity"
	}
	rows := [][]string{{"Filesystem", title, "Used", free, use, "Mounted on"}, {"/dev/sda1", show(size), show(used), show(size - used), percent, "/"}}
	if c.given.has("T") {
		for i, kind := range []string{"Type", "ext4"} {
			rows[i] = append([]string{rows[i][0], kind}, rows[i][1:]...)
		}
	}
	for range max(0, len(c.args)-1) {
		rows = append(rows, rows[1])
	}
	c.table(rows, map[bool]int{true: 2, false: 1}[c.given.has("T")])
	return status
}

// table writes rows in columns, the first ones and the last at the left.
func (c *call) table(rows [][]string, left int) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], len(text))
		}
	}
	widths[0] = max(widths[0], 14)
	for _, row := range rows {
		for i, text := range row {
			switch {
			case i == len(row)-1:
				c.printf("%s\n", text)
			case i < left:
				c.printf("%-*s ", widths[i], text)
			case i == len(row)-2:
				c.printf("%*s ", widths[i], text)
			default:
				c.printf("%*s ", max(widths[i], 5), text)
			}
		}
	}
}

// runDu is du. A file takes whole blocks of 4096 bytes.
func runDu(c *call) int {
	names := c.args
	if len(names) == 0 {
		names = []string{"."}
	}
	depth := -1
	if c.given.has("s") {
		depth = 0
	}
	if text := c.given.last("d", ""); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return c.usage("invalid maximum depth '%s'", text)
		}
		depth = n
	}
	status, total := 0, int64(0)
	for _, name := range names {
		info, err := c.lstat(name)
		if err != nil {
			status = c.fail("cannot access '%s': %s", name, reason(err))
			continue
		}
		total += c.du(name, info, depth, true)
	}
	if c.given.has("c") {
		c.duRow(total, "total")
	}
	return status
}

func (c *call) du(name string, info *Info, depth int, top bool) int64 {
	size := blocks(info) * 1024
	if c.given.has("b") {
		size = info.Size()
	}
	if info.IsDir() {
		infos, _ := c.Files().ReadDir(name)
		for _, below := range infos {
			size += c.du(path.Clean(name)+"/"+below.Name(), below, depth-1, false)
		}
	}
	if top || (info.IsDir() || c.given.has("a")) && (depth >= 0 || depth < 0 && !c.given.has("s", "d")) {
		c.duRow(size, name)
	}
	return size
}

func (c *call) duRow(size int64, name string) {
	text := strconv.FormatInt((size+1023)/1024, 10)
	switch c.given.which("h", "k", "m", "b") {
	case "h":
		text = human(size, 1024)
	case "b":
		text = strconv.FormatInt(size, 10)
	case "m":
		text = strconv.FormatInt((size+1<<20-1)/(1<<20), 10)
	}
	c.printf("%s\t%s\n", text, name)
}
