package rhino

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// quotedMembers is the table as the administration guide prints it.
const quotedMembers = `node-id   active-alarms   host               node-type      slee-state   start-time          up-time
--------  --------------  -----------------  -------------  -----------  ------------------  -----------------
     101               0   host1.domain.com   event-router      Stopped   20080327 12:16:26    0days,2h,40m,3s
     102               0   host2.domain.com   event-router      Running   20080327 12:16:30   0days,2h,39m,59s
     103               0   host3.domain.com         quorum          n/a   20080327 14:36:25    0days,0h,20m,4s
`

var members = []memberRow{
	{101, 0, "host1.domain.com", "event-router", "Stopped", "20080327 12:16:26", "0days,2h,40m,3s"},
	{102, 0, "host2.domain.com", "event-router", "Running", "20080327 12:16:30", "0days,2h,39m,59s"},
	{103, 0, "host3.domain.com", "quorum", "n/a", "20080327 14:36:25", "0days,0h,20m,4s"},
}

func TestMembers(t *testing.T) {
	t.Parallel()
	rows := strings.SplitAfter(quotedMembers, "\n")
	head, body := rows[0]+rows[1], rows[2]+rows[3]+rows[4]
	for name, text := range map[string]string{
		"as printed":      quotedMembers,
		"other order":     head + rows[4] + rows[2] + rows[3],
		"CRLF":            strings.ReplaceAll(quotedMembers, "\n", "\r\n"),
		"colours":         "\x1b[1m" + strings.ReplaceAll(quotedMembers, "Running", "\x1b[32mRunning\x1b[0m") + "\x1b[0m",
		"spaces at ends":  strings.ReplaceAll(quotedMembers, "\n", "   \t\n"),
		"a banner":        "Rhino console 3.2\nConnected to [101]\n\n" + quotedMembers,
		"a blank line":    quotedMembers + "\n3 rows\n",
		"another column":  "zone  " + rows[0] + "----  " + rows[1] + "   a  " + strings.Join([]string{rows[2], rows[3], rows[4]}, "   a  "),
		"columns moved":   moved(quotedMembers),
		"wider than that": head + strings.ReplaceAll(body, "   host2.domain.com   event-router", " host2.domain.com event-router"),
	} {
		got, err := parseMembers(text)
		if diff := cmp.Diff(members, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	dead := head + "     104                   host4.domain.com           dead\n" + body
	got, err := parseMembers(dead)
	if err != nil || len(got) != 4 || got[3] != (memberRow{ID: 104, Host: "host4.domain.com", Type: "dead"}) {
		t.Errorf("a dead node: got %v, %v", got, err)
	}
}

// moved is the table with its first column last.
func moved(table string) string {
	var b strings.Builder
	for l := range strings.Lines(table) {
		l = strings.TrimSuffix(l, "\n")
		b.WriteString(l[8:] + strings.Repeat(" ", 120-len(l)) + "  " + l[:8] + "\n")
	}
	return b.String()
}

func TestMembersRefused(t *testing.T) {
	t.Parallel()
	rows := strings.SplitAfter(quotedMembers, "\n")
	head := rows[0] + rows[1]
	for text, want := range map[string]string{
		"":                             "got no output, want the command's",
		" \n\n":                        "got no output, want the command's",
		"Rhino is fine\n":              "got no line with node-id, active-alarms, host, node-type, slee-state, start-time, up-time, want the header of a table",
		rows[0]:                        `line 2: got "", want a rule of dashes below each of 7 columns`,
		rows[0] + rows[2]:              `line 2: got "     101 `,
		rows[0] + "--------  ------\n": "want a rule of dashes below each of 7 columns",
		head:                           `got "--------  -`,
		"node-id   slee-state\n-------  --------\n":                      "want a column active-alarms",
		head + "     101               0   host1.domain.com\n" + rows[3]: "line 3: got \"     101               0   host1.domain.com\", want 7 columns, with text in column node-type",
		head + rows[2][:80] + "\n":                                       "with text in column",
		quotedMembers[:len(quotedMembers)-1]:                             "want the whole line: the output is cut",
		head + rows[2] + rows[2]:                                         "line 4: got \"     101               0   host1.domain.com   event-router      Stopped   20080327 12:16:26    0days,2h,40m,3s\", want one row for node 101",
		head + strings.Replace(rows[2], "101", "n/a", 1):                 "want the id of a node in column node-id",
		head + strings.Replace(rows[2], "101", "  0", 1):                 "want the id of a node in column node-id",
		head + strings.Replace(rows[2], "  0 ", " -1 ", 1):               "want a number in column active-alarms",
		head + rows[2] + "java.lang.Exception: lost\n":                   "line 4: got \"java.lang.Exception: lost\", want",
	} {
		got, err := parseMembers(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseMembers(%q) = %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		wanted []int
		want   []stateRow
	}{
		{"Node 101: Stopped\n", []int{101}, []stateRow{{101, "Stopped", false}}},
		{"Getting desired SLEE state for node(s) [101,102]\nNode 101: Stopped\nNode 102: Running\n", nil, []stateRow{{101, "Stopped", false}, {102, "Running", false}}},
		{"Node 101: Stopped\nNode 102: Running (default)\nNode 103: Running\n", nil, []stateRow{{101, "Stopped", false}, {102, "Running", true}, {103, "Running", false}}},
		{"Getting actual Resource Adaptor Entity state for node(s) [101]\nNode 101: Stopped\n", nil, []stateRow{{101, "Stopped", false}}},
		{"SLEE is in the Running state on node 101\n", nil, []stateRow{{101, "Running", false}}},
		{"Resource adaptor entity is Inactive on node 101\nResource adaptor entity is Active on node 102\n", nil, []stateRow{{101, "Inactive", false}, {102, "Active", false}}},
		{"Hello\r\n\x1b[32mNode 102: running\x1b[m \r\nNode 101: Stopped\r\n\r\n", nil, []stateRow{{101, "Stopped", false}, {102, "Running", false}}},
	} {
		got, err := parseStates(c.text, c.wanted)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("parseStates(%q): %v\n%s", c.text, err, diff)
		}
	}
	for text, want := range map[string]string{
		"":                                       "no output",
		"Hello\n":                                `line 1: got "Hello", want the states of nodes`,
		"Node 101: Stopp":                        "the output is cut",
		"Node 101:\n":                            "want the states of nodes",
		"Node 101: Running\nNode 101: Stopped\n": "line 2: got \"Node 101: Stopped\", want one line for node 101",
		"Node 101: Running\nNode 10\n":           "line 2: got \"Node 10\", want the state of a node",
		"Getting actual SLEE state for node(s) [101,102]\nNode 101: Stopped\n": "line 2: got \"Node 101: Stopped\", want also a line for node 102",
		"Getting actual SLEE state for node(s) [101,x]\nNode 101: Stopped\n":   "want ids of nodes between [ and ]",
		"Node 0: Stopped\n": "want the states of nodes",
	} {
		got, err := parseStates(text, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseStates(%q) = %v, %v, want %s", text, got, err, want)
		}
	}
	if _, err := parseStates("Node 101: Stopped\n", []int{101, 102}); err == nil || !strings.Contains(err.Error(), "want also a line for node 102") {
		t.Errorf("a node that was asked for is missing: got %v", err)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Rhino is currently converged to desired state\n":             true,
		"Node [101] is currently converged to desired state\n":        true,
		"Nodes [101,102] are currently converged to desired state\n":  true,
		"banner\r\nRhino is currently converged to desired state\r\n": true,
		"Rhino is not currently converged to desired state\n":         false,
		"Node [101] is currently not converged to desired state.\n":   false,
	} {
		if got, err := parseConverged(text); got != want || err != nil {
			t.Errorf("parseConverged(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "Rhino is currently converged to desired sta", "Rhino is currently conv\n", "maybe\n"} {
		if got, err := parseConverged(text); err == nil {
			t.Errorf("parseConverged(%q) = %v, want an error", text, got)
		}
	}
	for _, text := range []string{"Covergence reached. Actual state has converged to desired state.\n", "Convergence reached. Actual state has converged to desired state.\n"} {
		if got, err := parseReached(text); !got || err != nil {
			t.Errorf("parseReached(%q) = %v, %v, want true", text, got, err)
		}
	}
	if got, err := parseReached("Timed out\n"); err == nil {
		t.Errorf("got %v, want an error", got)
	}
	if got, err := parseDefault("Getting default SLEE state\nDefault SLEE state is: running\n"); got != "Running" || err != nil {
		t.Errorf("parseDefault = %q, %v, want Running", got, err)
	}
	if got, err := parseDefault("Getting default SLEE state\n\n"); err == nil || err.Error() != `line 1: got "Getting default SLEE state", want the default SLEE state` {
		t.Errorf("parseDefault = %q, %v, want an error", got, err)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	got, err := parseServices("Services in Active state on node 102:\n  ServiceID[name=SIP Proxy Service,vendor=OpenCloud,version=1.8]\n  ServiceID[name=A, b,vendor=C, d,version=1]\n\nServices in Active state on node 103:\n")
	want := []serviceRow{{102, "SIP Proxy Service", "OpenCloud", "1.8"}, {102, "A, b", "C, d", "1"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	for text, want := range map[string]string{
		"Services in Active state on node 102:\n  ServiceID[name=SIP\n": "line 2",
		"Services in Active state on node 102:\n  ServiceID[name=SIP":   "the output is cut",
		"nothing\n":                             "want the services in a state on a node",
		"Services in Active state on node 0:\n": "want the id of a node",
	} {
		got, err := parseServices(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseServices(%q) = %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	got, _ := parseAlarms("Alarm 56875565751424514 (Node 101, 23-Nov-05 15:10:36.636): Major [rhino.cluster] Node 102 has left the cluster\n\nanother form of alarm\n", "No active alarms")
	want := []alarmRow{{101, "23-Nov-05 15:10:36.636", "Major", "rhino.cluster", "Node 102 has left the cluster"}, {Text: "another form of alarm"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := parseAlarms("There are: No active alarms\n", "No active alarms"); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v, want no alarms", got, err)
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]report{
		"Starting SLEE on node(s) [101,102]\nSLEE transitioned to the Starting state on node 101\nSLEE transitioned to the Starting state on node 102\n": {
			Nodes: []int{101, 102}, States: []stateRow{{ID: 101, State: "Starting"}, {ID: 102, State: "Starting"}}, Complete: true,
		},
		"Stopping SLEE on node(s) [101]\nSLEE transitioned to the Stopping state on node 101\nReplicated activities reassigned to node(s) [102,103]\n": {
			Nodes: []int{101}, States: []stateRow{{ID: 101, State: "Stopping"}}, Reassigned: []int{102, 103}, Complete: true,
		},
		"Stopping SLEE on node(s) [101,102]\nSLEE transitioned to the Stopping state on node 101\n": {Nodes: []int{101, 102}, States: []stateRow{{ID: 101, State: "Stopping"}}},
		"Shutting down the SLEE\nShutdown successful\n":                                             {Complete: true},
		"Shutting down node(s) [102]\nShutdown successful\n":                                        {Nodes: []int{102}, Complete: true},
		"Shutting down node(s) [102]\nShutdown succ":                                                {Nodes: []int{102}},
		"Per-node desired state copied from 101 to 102\n":                                           {Complete: true},
		"Per-node desired state removed from 103\n":                                                 {Complete: true},
		"Activating services [ServiceID[name=Call Barring Service,vendor=OpenCloud,version=0.2],\n  ServiceID[name=X,vendor=Y,version=1]] on node(s) [101,102]\nServices transitioned to the Active state on node 101\nServices transitioned to the Active state on node 102\n": {
			Nodes: []int{101, 102}, States: []stateRow{{ID: 101, State: "Active"}, {ID: 102, State: "Active"}}, Complete: true,
		},
		"": {}, "something else\n": {},
	} {
		if diff := cmp.Diff(want, parseReport(text)); diff != "" {
			t.Errorf("parseReport(%q): %s", text, diff)
		}
	}
	got := parseStarted("Rhino node 101 startup initiated with 0s delay\nRhino node 105 startup initiated with 60s delay\n")
	if diff := cmp.Diff([]startedRow{{101, 0}, {105, time.Minute}}, got); diff != "" {
		t.Error(diff)
	}
}

// TestMalformed: what is wrong with an output can be told from other errors.
func TestMalformed(t *testing.T) {
	t.Parallel()
	_, err := parseMembers("x\x1b[31m" + strings.Repeat("ä", 200))
	var m *malformed
	if !errors.As(err, &m) || m.line != 1 || !strings.HasSuffix(m.got, `…"`) || strings.Contains(m.got, "x1b") {
		t.Errorf("got %v, want the line, cut and without colours", err)
	}
}
