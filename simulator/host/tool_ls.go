package host

import (
	"cmp"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

var lsOptions = optionTable{
	short: "laA1dtrRShFnpgoic", bad: 2,
	long: "all=a almost-all=A directory=d reverse=r recursive=R human-readable=h classify=F numeric-uid-gid=n no-group=o full-time=fulltime color=color? " +
		"time-style=style: sort=sort: group-directories-first=dirs",
}

// A lsEntry is one line of ls.
type lsEntry struct {
	name string
	info *Info
}

// An ls is one run of ls.
type ls struct {
	*call
	long   bool
	status int
	groups int // shown so far
}

// runLs is ls as it writes to what is not a terminal.
func runLs(c *call) int {
	for _, o := range c.given {
		if o.name == "i" || o.name == "c" || o.name == "style" && o.value != "full-iso" && o.value != "long-iso" && o.value != "iso" && !strings.HasPrefix(o.value, "+") ||
			o.name == "color" && o.value != "never" && o.value != "auto" || o.name == "sort" && !slices.Contains([]string{"none", "size", "time", "name"}, o.value) {
			c.complain("the option '%s' with '%s' is not modelled on a simulated host", o.name, o.value)
			return 2
		}
	}
	l := &ls{call: c, long: c.given.which("l", "1", "n", "g", "o", "fulltime") != "" && c.given.has("l", "n", "g", "o", "fulltime")}
	names := c.args
	if len(names) == 0 {
		names = []string{"."}
	}
	var files, dirs []lsEntry
	for _, name := range names {
		info, err := c.lstat(name)
		if err == nil && info.Target() != "" && !c.given.has("d") && !(l.long && !strings.HasSuffix(name, "/")) {
			if target, broken := c.stat(name); broken == nil {
				info = target
			}
		}
		switch {
		case err != nil:
			c.complain("cannot access '%s': %s", name, reason(err))
			l.status = 2
		case info.IsDir() && !c.given.has("d"):
			dirs = append(dirs, lsEntry{name, info})
		default:
			files = append(files, lsEntry{name, info})
		}
	}
	l.sort(files)
	l.sort(dirs)
	if len(files) > 0 {
		l.show("", files)
		l.groups++
	}
	for _, dir := range dirs {
		l.dir(dir.name, len(names) > 1 || c.given.has("R"))
	}
	return l.status
}

func (l *ls) sort(entries []lsEntry) {
	by := l.given.which("t", "S")
	if o := l.given.last("sort", ""); o != "" && o != "name" {
		by = map[string]string{"time": "t", "size": "S", "none": "U"}[o]
	}
	slices.SortStableFunc(entries, func(a, b lsEntry) int {
		order := strings.Compare(a.name, b.name)
		switch by {
		case "t":
			order = cmp.Or(b.info.ModTime().Compare(a.info.ModTime()), order)
		case "S":
			order = cmp.Or(cmp.Compare(b.info.Size(), a.info.Size()), order)
		}
		if l.given.has("r") {
			order = -order
		}
		return order
	})
	if l.given.has("dirs") {
		slices.SortStableFunc(entries, func(a, b lsEntry) int {
			return cmp.Compare(map[bool]int{true: 0, false: 1}[a.info.IsDir()], map[bool]int{true: 0, false: 1}[b.info.IsDir()])
		})
	}
}

func (l *ls) dir(name string, titled bool) {
	infos, err := l.Files().ReadDir(name)
	if err != nil {
		l.complain("cannot open directory '%s': %s", name, reason(err))
		l.status = max(l.status, 1)
		if len(l.args) > 0 {
			l.status = 2
		}
		return
	}
	if l.groups > 0 {
		l.printf("\n")
	}
	if l.groups++; titled {
		l.printf("%s:\n", name)
	}
	entries := l.entries(name, infos)
	if l.long {
		total := int64(0)
		for _, e := range entries {
			total += blocks(e.info)
		}
		if l.given.has("h") {
			l.printf("total %s\n", human(total*1024, 1024))
		} else {
			l.printf("total %d\n", total)
		}
	}
	l.show(name, entries)
	if !l.given.has("R") {
		return
	}
	for _, e := range entries {
		if e.info.IsDir() && e.name != "." && e.name != ".." {
			l.dir(strings.TrimRight(name, "/")+"/"+e.name, true)
		}
	}
}

// entries gives what of a directory is shown.
func (l *ls) entries(name string, infos []*Info) []lsEntry {
	var entries []lsEntry
	if l.given.which("a", "A") == "a" {
		for _, dots := range []string{".", ".."} {
			if info, err := l.stat(name + "/" + dots); err == nil {
				entries = append(entries, lsEntry{dots, info})
			}
		}
	}
	for _, info := range infos {
		if l.given.has("a", "A") || !strings.HasPrefix(info.Name(), ".") {
			entries = append(entries, lsEntry{info.Name(), info})
		}
	}
	l.sort(entries)
	return entries
}

// blocks is how many kilobytes a file takes on the disk.
func blocks(info *Info) int64 {
	if info.Target() != "" {
		return 0
	}
	return (info.Size() + 4095) / 4096 * 4
}

func (l *ls) show(dir string, entries []lsEntry) {
	if !l.long {
		for _, e := range entries {
			l.printf("%s%s\n", e.name, l.mark(e.info))
		}
		return
	}
	rows := make([][]string, len(entries))
	var widths [5]int
	for i, e := range entries {
		rows[i] = l.row(e.info)
		for k, text := range rows[i] {
			widths[k] = max(widths[k], len(text))
		}
	}
	for i, e := range entries {
		r := rows[i]
		l.printf("%s %*s ", r[0], widths[1], r[1])
		if !l.given.has("g") {
			l.printf("%-*s ", widths[2], r[2])
		}
		if !l.given.has("o") {
			l.printf("%-*s ", widths[2], r[2])
		}
		l.printf("%*s %s %s%s\n", widths[3], r[3], r[4], e.name, l.arrow(e.info))
	}
}

func (l *ls) row(info *Info) []string {
	size := strconv.FormatInt(info.Size(), 10)
	if l.given.has("h") {
		size = human(info.Size(), 1024)
	}
	owner := l.owner(info)
	if l.given.has("n") {
		owner = number10(userID(owner))
	}
	links := "1"
	if info.IsDir() {
		links = "2"
	}
	return []string{modeText(info.Mode()), links, owner, size, l.when(info)}
}

// owner is the name of who a file belongs to; his group has the same.
func (c *call) owner(info *Info) string {
	if info.Users() {
		return c.Machine().User()
	}
	return "root"
}

func (l *ls) when(info *Info) string {
	at := info.ModTime().UTC()
	style := l.given.last("style", "")
	if l.given.has("fulltime") {
		style = "full-iso"
	}
	recent := at.After(l.fleet().Date().Add(-31556952*time.Second/2)) && !at.After(l.fleet().Date())
	switch {
	case style == "full-iso":
		return formatDate(at, "%Y-%m-%d %H:%M:%S.%N %z")
	case style == "long-iso":
		return at.Format("2006-01-02 15:04")
	case style == "iso" && recent:
		return at.Format("01-02 15:04")
	case style == "iso":
		return at.Format("2006-01-02 ")
	case style != "":
		return formatDate(at, style[1:])
	case recent:
		return at.Format("Jan _2 15:04")
	}
	return at.Format("Jan _2  2006")
}

func (l *ls) mark(info *Info) string {
	switch {
	case info.IsDir() && l.given.has("F", "p"):
		return "/"
	case !l.given.has("F"):
	case info.Target() != "":
		return "@"
	case info.Mode()&0o111 != 0:
		return "*"
	}
	return ""
}

func (l *ls) arrow(info *Info) string {
	if info.Target() != "" {
		return " -> " + info.Target()
	}
	return l.mark(info)
}

// modeText writes a mode as -rwxr-xr-x.
func modeText(mode fs.FileMode) string {
	b := []byte("-rwxrwxrwx")
	for i := range 9 {
		if mode&(1<<(8-i)) == 0 {
			b[i+1] = '-'
		}
	}
	switch {
	case mode.IsDir():
		b[0] = 'd'
	case mode&fs.ModeSymlink != 0:
		b[0] = 'l'
	case mode&fs.ModeCharDevice != 0:
		b[0] = 'c'
	}
	return string(b)
}

// human writes a size with one letter for its unit, rounded up.
func human(n, base int64) string {
	if n < base {
		return strconv.FormatInt(n, 10)
	}
	value, unit := float64(n), -1
	for value >= float64(base) && unit < 5 {
		value /= float64(base)
		unit++
	}
	letter := string("KMGTPE"[unit])
	if tenths := ceil(value * 10); tenths < 100 {
		return strconv.FormatFloat(float64(tenths)/10, 'f', 1, 64) + letter
	}
	return strconv.FormatInt(ceil(value), 10) + letter
}

func ceil(x float64) int64 {
	n := int64(x)
	if float64(n) < x {
		n++
	}
	return n
}
