package rhino

import (
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/starlark"

	"runbook/builtins/host"
	"runbook/effect"
	"runbook/interpreter"
)

// exception is a line with which a Java program says that it has failed.
var exception = regexp.MustCompile(`^\s*(?:Exception in thread "[^"]*" |Caused by: )?(?:[\w$]+\.)*[A-Z][\w$]*(?:Exception|Error)\b`)

// complaint is the error of a console that says so in words and with status 0:
// what its status is when a command fails is documented nowhere. Of a change
// that reports that it was made there is none.
func (c *Cluster) complaint(t *starlark.Thread, b *starlark.Builtin, k *call, n *Node, out host.Output) error {
	if !k.read && parseReport(out.Stdout).Complete {
		return nil
	}
	text := plain(out.Stdout + "\n" + out.Stderr)
	e := &effect.Error{Kind: effect.Exit, Target: n.Host.Name(), Operation: effect.OpRun}
	if branch, err := interpreter.Of(t, b); err == nil {
		e.ID = branch.Last()
	}
	if c.classify(k, n, e, text); e.Kind != effect.Exit {
		return e
	}
	for _, l := range linesOf(text) {
		if exception.MatchString(l.text) {
			e.Kind, e.Message = effect.Fault, k.title()+": "+strings.TrimSpace(l.text)
			e.Hint = c.advice(text)
			return e
		}
	}
	return nil
}

// explain makes of a console's bad status an error that says what it means.
func (c *Cluster) explain(k *call, n *Node, cause *effect.Error) error {
	e := *cause
	text := detail(e.Details, "stdout") + "\n" + detail(e.Details, "stderr")
	if c.classify(k, n, &e, plain(text)); e.Kind != effect.Exit {
		return &e
	}
	code := int64(0)
	if e.Code != nil {
		code = *e.Code
	}
	switch {
	case code == 126 || code == 127:
		e.Message = k.title() + ": " + e.Message
		e.Hint = fmt.Sprintf("want the console in %s on %s: see home= of the cluster, and console= of rhino.conventions", n.file(c.Conventions.Console), n.Host.Name())
	case code > 128:
		e.Message = k.title() + ": " + e.Message
	default:
		e.Kind, e.Message, e.Hint = effect.Fault, k.title()+": "+telling(plain(text), e.Message), c.advice(text)
	}
	return &e
}

// classify recognises what the documents quote. The kind stays as it is if it is none of that.
func (c *Cluster) classify(k *call, n *Node, e *effect.Error, text string) {
	switch {
	case strings.Contains(text, c.Conventions.LoginFailed):
		e.Kind, e.Message = effect.Unauthorized, k.title()+": "+c.Conventions.LoginFailed
		e.Hint = fmt.Sprintf("see rhino.remote.username and rhino.remote.password in %s/client/etc/client.properties on %s", c.Home, n.Host.Name())
	case strings.Contains(text, c.Conventions.NotConnected):
		reason, hint := notConnected(text, c.Conventions.NotConnected)
		e.Kind, e.Message, e.Transient = effect.Unreachable, k.title()+": could not connect to Rhino"+reason, true
		if e.Hint = hint; hint == "" {
			e.Hint = "see whether " + n.Name() + " runs, and the log in " + n.file(c.Conventions.Log)
		}
	case strings.Contains(text, c.Conventions.UnknownCommand):
		e.Kind, e.Message = effect.Fault, k.title()+": "+lineWith(text, c.Conventions.UnknownCommand)
		e.Hint = fmt.Sprintf("the site says that the cluster is of version %s: see version= of rhino.cluster", c.Version)
	}
}

var reason = regexp.MustCompile(`^\s+(\[[^\]]*\] .*|\S.*)$`)

// notConnected are the reasons that follow the line which says so, and what
// they normally mean.
func notConnected(text, first string) (reasons, hint string) {
	_, rest, _ := strings.Cut(text, first)
	_, rest, _ = strings.Cut(rest, "\n")
	var found []string
	for _, l := range linesOf(rest) {
		m := reason.FindStringSubmatch(l.text)
		if m == nil {
			break
		}
		if meaning, ok := strings.CutPrefix(m[1], "-> "); ok {
			hint = strings.TrimSuffix(strings.ToLower(meaning[:1])+meaning[1:], ".")
			continue
		}
		found = append(found, m[1])
	}
	if len(found) == 0 {
		return "", hint
	}
	return ": " + strings.Join(found, ", "), hint
}

// advice is a hint for a command that Rhino refused.
func (c *Cluster) advice(text string) string {
	if strings.Contains(text, "InvalidState") {
		return "the SLEE, or a node, is not in the state that the command begins from: see cluster.state()"
	}
	if strings.Contains(text, "primary component") {
		return "a node takes no commands before it is in the primary component: see node.status()"
	}
	return ""
}

// telling is the line that says most: an exception, or else the last one.
func telling(text, otherwise string) string {
	last := otherwise
	for _, l := range linesOf(text) {
		if exception.MatchString(l.text) {
			return strings.TrimSpace(l.text)
		}
		if !l.blank() {
			last = strings.TrimSpace(l.text)
		}
	}
	return last
}

func lineWith(text, part string) string {
	for _, l := range linesOf(text) {
		if strings.Contains(l.text, part) {
			return strings.TrimSpace(l.text)
		}
	}
	return part
}

// detail is a stream of a command that failed.
func detail(details effect.Struct, name string) string {
	v, _ := details.Get(name)
	switch v := v.(type) {
	case string:
		return v
	case effect.Bytes:
		return strings.ToValidUTF8(string(v), "\uFFFD")
	}
	return ""
}
