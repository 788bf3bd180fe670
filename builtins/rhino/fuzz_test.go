package rhino

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The printers say what the console says, as far as the documents quote it.

func printMembers(rows []memberRow) string {
	cells := [][]string{memberColumns}
	for _, r := range rows {
		cells = append(cells, []string{fmt.Sprint(r.ID), fmt.Sprint(r.Alarms), r.Host, r.Type, r.SLEE, r.Start, r.Uptime})
	}
	widths := make([]int, len(memberColumns))
	for _, row := range cells {
		for i, c := range row {
			widths[i] = max(widths[i], len(c))
		}
	}
	var b strings.Builder
	for n, row := range cells {
		for i, c := range row {
			if n == 0 {
				fmt.Fprintf(&b, "%-*s  ", widths[i], c)
			} else {
				fmt.Fprintf(&b, "%*s  ", widths[i], c)
			}
		}
		b.WriteString("\n")
		if n == 0 {
			for _, w := range widths {
				b.WriteString(strings.Repeat("-", w) + "  ")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func printStates(rows []stateRow, header bool) string {
	var b strings.Builder
	var ids []int
	for _, r := range rows {
		ids = append(ids, r.ID)
		fmt.Fprintf(&b, "Node %d: %s%s\n", r.ID, r.State, map[bool]string{true: " (default)"}[r.Default])
	}
	if header {
		return "Getting desired SLEE state for node(s) [" + joined(ids) + "]\n" + b.String()
	}
	return b.String()
}

func printServices(rows []serviceRow) string {
	var b strings.Builder
	for i, r := range rows {
		if i == 0 || rows[i-1].Node != r.Node {
			fmt.Fprintf(&b, "Services in Active state on node %d:\n", r.Node)
		}
		fmt.Fprintf(&b, "  ServiceID[name=%s,vendor=%s,version=%s]\n", r.Name, r.Vendor, r.Version)
	}
	return b.String()
}

func printReport(r report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Stopping SLEE on node(s) [%s]\n", joined(r.Nodes))
	for _, s := range r.States {
		fmt.Fprintf(&b, "SLEE transitioned to the %s state on node %d\n", s.State, s.ID)
	}
	if r.Reassigned != nil {
		fmt.Fprintf(&b, "Replicated activities reassigned to node(s) [%s]\n", joined(r.Reassigned))
	}
	return b.String()
}

var (
	nodeNumbers = rapid.SliceOfNDistinct(rapid.IntRange(1, 400), 1, 8, rapid.ID[int])
	sleeStates  = rapid.SampledFrom([]string{"Running", "Stopped", "Starting", "Stopping"})
)

func drawMembers(t *rapid.T) []memberRow {
	var rows []memberRow
	for _, id := range sorted(nodeNumbers.Draw(t, "ids")) {
		r := memberRow{
			ID: id, Alarms: rapid.IntRange(0, 999999999).Draw(t, "alarms"),
			Host:  rapid.StringMatching(`[a-z][a-z0-9.-]{0,40}`).Draw(t, "host"),
			Type:  rapid.SampledFrom([]string{"event-router", "quorum"}).Draw(t, "type"),
			SLEE:  sleeStates.Draw(t, "slee"),
			Start: rapid.StringMatching(`20\d{6} \d\d:\d\d:\d\d`).Draw(t, "start"), Uptime: rapid.StringMatching(`\d{1,3}days,\dh,\d\dm,\ds`).Draw(t, "up"),
		}
		if r.Type == "quorum" {
			r.SLEE = "n/a"
		}
		rows = append(rows, r)
	}
	return rows
}

func drawStates(t *rapid.T) []stateRow {
	var rows []stateRow
	for _, id := range sorted(nodeNumbers.Draw(t, "ids")) {
		rows = append(rows, stateRow{id, sleeStates.Draw(t, "state"), rapid.Bool().Draw(t, "default")})
	}
	return rows
}

func sorted(ids []int) []int {
	for i := range ids {
		for j := i; j > 0 && ids[j] < ids[j-1]; j-- {
			ids[j], ids[j-1] = ids[j-1], ids[j]
		}
	}
	return ids
}

// disturbed is text as another terminal, another system or another version
// might print it. Of shuffled lines the first keep stay where they are.
func disturbed(t *rapid.T, text string, keep int) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	if keep >= 0 {
		lines = append(lines[:keep:keep], rapid.Permutation(lines[keep:]).Draw(t, "order")...)
	}
	banner := rapid.SliceOfN(rapid.SampledFrom([]string{"\n", "Rhino 3.2\n", "Connected to [localhost:1199]\n", "====\n"}), 0, 3).Draw(t, "banner")
	var b strings.Builder
	for _, l := range append(banner, lines...) {
		colour := rapid.SampledFrom([]string{"", "\x1b[1;32m", "\x1b[38:5:1m", "\x1b]0;title\x07", "\x1b(B"}).Draw(t, "colour")
		space := rapid.SampledFrom([]string{"", " ", "   ", "\t"}).Draw(t, "space")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\x1b[0m\n"}).Draw(t, "end")
		b.WriteString(colour + strings.TrimSuffix(l, "\n") + space + end)
	}
	return b.String() + rapid.SampledFrom([]string{"", "\n", "\r\n\r\n", "\x1b[0m"}).Draw(t, "rest")
}

// TestPrintedAndRead: what was printed is read again, in whatever order and
// colours, with whatever ends of lines.
func TestPrintedAndRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t)
		got, err := parseMembers(disturbed(t, printMembers(members), -1))
		same(t, "members", members, got, err)
		states := drawStates(t)
		gotStates, err := parseStates(disturbed(t, printStates(states, true), 1), nil)
		same(t, "states", states, gotStates, err)
		services := []serviceRow{}
		for _, id := range sorted(nodeNumbers.Draw(t, "nodes")) {
			name := rapid.StringMatching(`[A-Za-z][A-Za-z ,=]{0,20}[A-Za-z]`)
			services = append(services, serviceRow{id, name.Draw(t, "name"), rapid.StringMatching(`[A-Za-z]+`).Draw(t, "vendor"), rapid.StringMatching(`[0-9.]{1,6}`).Draw(t, "version")})
		}
		gotServices, err := parseServices(disturbed(t, printServices(services), -1))
		same(t, "services", services, gotServices, err)
	})
}

// TestShuffledRows: the rows of a table are read in any order.
func TestShuffledRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t)
		lines := strings.SplitAfter(printMembers(members), "\n")
		rows := rapid.Permutation(lines[2:len(lines)-1]).Draw(t, "order")
		got, err := parseMembers(lines[0] + lines[1] + strings.Join(rows, ""))
		same(t, "members", members, got, err)
	})
}

func same[T any](t *rapid.T, what string, want, got T, err error) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("%s: %v\n%s", what, err, diff)
	}
}

// TestCutEverywhere: output that is cut anywhere is an error. Rows may only be
// missing where whole lines are, and then only if nothing names them.
func TestCutEverywhere(t *testing.T) {
	t.Parallel()
	for i := range quotedMembers {
		cutMembers(t, quotedMembers, i, members)
	}
	named := "Getting desired SLEE state for node(s) [101,102]\nNode 101: Stopped\nNode 102: Running (default)\n"
	for i := range named {
		cutStates(t, named, i, nil)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		members, states := drawMembers(t), drawStates(t)
		table, named, bare := printMembers(members), printStates(states, true), printStates(states, false)
		cutMembers(t, table, rapid.IntRange(0, len(table)-1).Draw(t, "cut"), members)
		cutStates(t, named, rapid.IntRange(0, len(named)-1).Draw(t, "cut"), nil)
		ids := make([]int, len(states))
		for i, s := range states {
			ids[i] = s.ID
		}
		cutStates(t, bare, rapid.IntRange(0, len(bare)-1).Draw(t, "cut"), ids)
	})
}

// failer is a test of either sort.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func cutMembers(t failer, text string, at int, want []memberRow) {
	t.Helper()
	got, err := parseMembers(text[:at])
	if err == nil && (!strings.HasSuffix(text[:at], "\n") || !isBeginning(got, want)) {
		t.Fatalf("cut at %d: got %v, want an error, or the rows before a whole line", at, got)
	}
}

func cutStates(t failer, text string, at int, wanted []int) {
	t.Helper()
	if got, err := parseStates(text[:at], wanted); err == nil {
		t.Fatalf("cut at %d: got %v, want an error", at, got)
	}
}

func isBeginning(got, of []memberRow) bool {
	return len(got) < len(of) && reflect.DeepEqual(got, of[:len(got)])
}

// TestCutReport: the report of a change that is cut is not complete.
func TestCutReport(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var r report
		for _, id := range sorted(nodeNumbers.Draw(t, "ids")) {
			r.Nodes, r.States = append(r.Nodes, id), append(r.States, stateRow{ID: id, State: "Stopping"})
		}
		r.Complete = true
		text := printReport(r)
		if diff := cmp.Diff(r, parseReport(text)); diff != "" {
			t.Fatal(diff)
		}
		for i := range text {
			if got := parseReport(text[:i]); got.Complete {
				t.Fatalf("cut at %d: got %v, want it incomplete", i, got)
			}
		}
	})
}

// FuzzConsole: no output makes a parser panic, and what is read of it, printed
// and read again is the same.
func FuzzConsole(f *testing.F) {
	for _, s := range []string{
		quotedMembers, "Getting desired SLEE state for node(s) [101,102]\nNode 101: Stopped\nNode 102: Running (default)\n",
		"SLEE is in the Running state on node 101\n", "Services in Active state on node 102:\n  ServiceID[name=SIP Proxy Service,vendor=OpenCloud,version=1.8]\n",
		"Stopping SLEE on node(s) [101]\nSLEE transitioned to the Stopping state on node 101\nReplicated activities reassigned to node(s) [102]\n",
		"Alarm 1 (Node 101, 23-Nov-05 15:10:36.636): Major [rhino.cluster] Node 102 has left the cluster\n",
		"Rhino is not converged to desired state\n", "Default SLEE state is: running\n", "Could not connect to Rhino:\n  [localhost:1199] Connection refused\n    -> x\n", "\x1b[31m\x1b]0;\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		again := func(what string, first, second any, err error) {
			t.Helper()
			if diff := cmp.Diff(first, second); diff != "" || err != nil {
				t.Errorf("%s of %q: %v\n%s", what, text, err, diff)
			}
		}
		if rows, err := parseMembers(text); err == nil && len(rows) <= strings.Count(text, "\n") && printable(rows) {
			got, err := parseMembers(printMembers(rows))
			again("members", rows, got, err)
		}
		if rows, err := parseStates(text, nil); err == nil {
			got, err := parseStates(printStates(rows, true), nil)
			again("states", rows, got, err)
		}
		if rows, err := parseServices(text); err == nil && len(rows) > 0 {
			got, err := parseServices(printServices(rows))
			again("services", rows, got, err)
		}
		_, _ = parseAlarms(text, defaults().NoAlarms)
		_, _ = parseConverged(text)
		_, _ = parseDefault(text)
		_, _ = parseReached(text)
		parseReport(text)
		parseStarted(text)
		notConnected(text, defaults().NotConnected)
		telling(text, "")
	})
}

// printable reports whether the printer can print rows: it leaves no cell empty.
func printable(rows []memberRow) bool {
	for _, r := range rows {
		if r.Type == "dead" || r.Host == "" || r.Start == "" {
			return false
		}
	}
	return true
}

// FuzzStatus: whatever a host prints, looking at a node does not panic.
func FuzzStatus(f *testing.F) {
	f.Add(printed("== home\n== primary\n", "4711\n", nodeSH+java+other, joinedLine, "x\n"), true)
	f.Add(printed("== home\n", "", "== no ps\n", "", ""), false)
	n := nodeAt("/opt/rhino", nil)
	f.Fuzz(func(t *testing.T, text string, console bool) {
		s, err := n.parseStatus(text, console)
		if err == nil && (s.Running != (s.PID > 0) || s.Ready != nil && *s.Ready && !s.Running) {
			t.Errorf("parseStatus(%q) = %+v, which contradicts itself", text, s)
		}
	})
}
