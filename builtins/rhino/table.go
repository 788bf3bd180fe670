package rhino

import (
	"regexp"
	"slices"
	"strings"
)

// A memberRow is one line of getclusterstate.
type memberRow struct {
	ID     int
	Alarms int
	Host   string
	Type   string // "event-router", "quorum"; "dead" in the pool mode of 3.2
	SLEE   string // "Running", …; "n/a" of a quorum node
	Start  string // when it was started, as printed
	Uptime string // how long it is up, as printed
}

// The columns of getclusterstate. Others are passed over.
var memberColumns = []string{"node-id", "active-alarms", "host", "node-type", "slee-state", "start-time", "up-time"}

// gap is what separates two columns. Within one there are single spaces.
var gap = regexp.MustCompile(`\s{2,}|\t`)

var (
	rule   = regexp.MustCompile(`^\s*-+(\s+-+)*$`)
	dashes = regexp.MustCompile(`-+`)
)

// parseMembers reads the table that getclusterstate prints: a header, a rule,
// and a row for each node up to a blank line or the end. The rows are given by id.
func parseMembers(text string) ([]memberRow, error) {
	lines, err := whole(text)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(lines, isHeader)
	if i < 0 {
		return nil, &malformed{0, "no line with " + strings.Join(memberColumns, ", "), "the header of a table"}
	}
	t, err := headed(lines[i])
	if err != nil {
		return nil, err
	}
	if i+1 == len(lines) || !rule.MatchString(lines[i+1].text) || len(strings.Fields(lines[i+1].text)) != len(t.columns) {
		next := line{number: lines[i].number + 1}
		if i+1 < len(lines) {
			next = lines[i+1]
		}
		return nil, next.wrong("a rule of dashes below each of %d columns", len(t.columns))
	}
	t.spans = spans(lines[i+1].text)
	return t.rows(lines[i+2:], lines[i+1])
}

func isHeader(l line) bool {
	words := strings.Fields(l.text)
	return slices.Contains(words, "node-id") && slices.Contains(words, "slee-state")
}

// A memberTable is how the columns of a table lie.
type memberTable struct {
	columns []string
	spans   [][2]int // where each column's dashes begin and end
}

// headed reads the header, and refuses one in which a column is missing.
func headed(l line) (*memberTable, error) {
	t := &memberTable{columns: strings.Fields(l.text)}
	for _, name := range memberColumns {
		if !slices.Contains(t.columns, name) {
			return nil, l.wrong("a column %s", name)
		}
	}
	return t, nil
}

// spans are where the words of a rule begin and end.
func spans(s string) [][2]int {
	var all [][2]int
	for _, m := range dashes.FindAllStringIndex(s, -1) {
		all = append(all, [2]int{m[0], m[1]})
	}
	return all
}

// rows reads what follows the rule.
func (t *memberTable) rows(lines []line, above line) ([]memberRow, error) {
	var rows []memberRow
	for _, l := range lines {
		if l.blank() {
			break
		}
		r, err := t.row(l)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(rows, func(other memberRow) bool { return other.ID == r.ID }) {
			return nil, l.wrong("one row for node %d", r.ID)
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return nil, above.wrong("rows below it")
	}
	slices.SortFunc(rows, func(a, b memberRow) int { return a.ID - b.ID })
	return rows, nil
}

// cells are the cells of a row: what two or more spaces separate. Where one is
// too wide for that they are its words, of which start-time has two; where one
// is empty they are where the rule says.
func (t *memberTable) cells(s string) []string {
	cells := gap.Split(strings.TrimSpace(s), -1)
	if len(cells) == len(t.columns) {
		return cells
	}
	words, i := strings.Fields(s), slices.Index(t.columns, "start-time")
	if len(words) == len(t.columns)+1 {
		words[i] += " " + words[i+1]
		return slices.Delete(words, i+1, i+2)
	}
	return t.cut(s)
}

// row reads one row.
func (t *memberTable) row(l line) (memberRow, error) {
	cells := t.cells(l.text)
	cell := func(name string) string { return cells[slices.Index(t.columns, name)] }
	var r memberRow
	var idOK, alarmsOK bool
	r.ID, idOK = number(cell("node-id"))
	r.Alarms, alarmsOK = number(cell("active-alarms"))
	r.Host, r.Type, r.SLEE, r.Start, r.Uptime = cell("host"), cell("node-type"), cell("slee-state"), cell("start-time"), cell("up-time")
	dead := r.Type == "dead"
	switch {
	case !idOK || r.ID == 0:
		return r, l.wrong("the id of a node in column node-id")
	case !alarmsOK && !(dead && cell("active-alarms") == ""):
		return r, l.wrong("a number in column active-alarms")
	}
	for _, name := range memberColumns {
		if s := cell(name); s == "" && !dead || gap.MatchString(s) {
			return r, l.wrong("%d columns, with text in column %s", len(t.columns), name)
		}
	}
	return r, nil
}

// cut cuts a row where the gaps of the rule are.
func (t *memberTable) cut(s string) []string {
	cells := make([]string, len(t.spans))
	from := 0
	for i := range t.spans {
		to := len(s)
		if i+1 < len(t.spans) {
			to = min(boundary(s, t.spans[i][1], t.spans[i+1][0]), len(s))
		}
		if from = min(from, len(s)); from < to {
			cells[i] = strings.TrimSpace(s[from:to])
		}
		from = max(from, to)
	}
	return cells
}

// boundary is a space between two columns, or the end of the last of them.
func boundary(s string, end, next int) int {
	for i := end; i < next && i < len(s); i++ {
		if s[i] == ' ' {
			return i
		}
	}
	return next
}
