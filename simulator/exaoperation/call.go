package exaoperation

import (
	"strings"

	"runbook/effect"
)

// A Call is one XML-RPC call as it reaches the cluster.
type Call struct {
	Path          string // of the URL, escaped or not: "/cluster1/db_exa_db1"
	Method        string // may be dotted: "db_exa_db1.getDatabaseState"
	Args          []effect.Value
	User          string
	Password      string
	Authenticated bool // credentials were sent at all
}

// An Answer is what the client gets. Unreachable and Dropped mean that it gets
// nothing; otherwise a Status other than 200 has a Body, and a 200 has a Fault
// or a Value.
type Answer struct {
	Unreachable bool   // nobody listens: the call did not arrive
	Dropped     bool   // the call took effect and the connection died of it
	Status      int    // HTTP status; 200 also for a fault
	Body        string // of a status other than 200; its reason phrase, too
	Fault       *Fault
	Value       effect.Value
}

// A Fault is an XML-RPC fault.
type Fault struct {
	Code int64
	Text string
}

// Describe is the answer in one line, as transcripts show it.
func (a Answer) Describe() string {
	switch {
	case a.Unreachable:
		return "unreachable"
	case a.Dropped:
		return "dropped"
	case a.Status != 200:
		return "status " + string(appendNumber(nil, a.Status, 3)) + " " + a.Body
	case a.Fault != nil:
		return "fault " + effect.Describe(a.Fault.Code) + ": " + a.Fault.Text
	}
	return effect.DescribeWhole(a.Value)
}

// answer is a call that went well.
func answer(v effect.Value) Answer { return Answer{Status: 200, Value: v} }

// fault is a call that the application refused. The places in its text are
// filled from pairs of name and value.
func (c *Cluster) fault(text string, pairs ...string) Answer {
	return Answer{Status: 200, Fault: &Fault{-1, expand(text, pairs...)}}
}

// expand fills the places of a text from pairs of name and value.
func expand(text string, pairs ...string) string {
	if len(pairs) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := lookUp(name, pairs)
		if !closed || !known {
			b.WriteByte('{')
			text = rest
			continue
		}
		b.WriteString(value)
		text = after
	}
}

func lookUp(name string, pairs []string) (string, bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1], true
		}
	}
	return "", false
}

// either is s, or the other text if s is empty.
func either(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// An invocation is a call that has found its object, user and method.
type invocation struct {
	object object
	method *method
	user   int
	args   []effect.Value
}

// text is argument i if it is text.
func (in *invocation) text(i int) (string, bool) {
	if i >= len(in.args) {
		return "", false
	}
	s, ok := in.args[i].(string)
	return s, ok
}

// number is argument i if it is a number.
func (in *invocation) number(i int) (int64, bool) {
	if i >= len(in.args) {
		return 0, false
	}
	n, ok := in.args[i].(int64)
	return n, ok
}

// fields is argument i if it is a dictionary.
func (in *invocation) fields(i int) (effect.Struct, bool) {
	if i >= len(in.args) {
		return nil, false
	}
	s, ok := in.args[i].(effect.Struct)
	return s, ok
}

func fieldText(s effect.Struct, name string) (string, bool) {
	v, _ := s.Get(name)
	text, ok := v.(string)
	return text, ok
}

func fieldNumber(s effect.Struct, name string) (int64, bool) {
	v, _ := s.Get(name)
	n, ok := v.(int64)
	return n, ok
}

// texts is a list of text.
func texts(v effect.Value) ([]string, bool) {
	list, ok := v.([]effect.Value)
	if !ok {
		return nil, false
	}
	all := make([]string, len(list))
	for i, e := range list {
		if all[i], ok = e.(string); !ok {
			return nil, false
		}
	}
	return all, true
}

// values makes a list of text a value.
func values(list []string) []effect.Value {
	all := make([]effect.Value, len(list))
	for i, s := range list {
		all[i] = s
	}
	return all
}

// wrong refuses the value of parameter i.
func (c *Cluster) wrong(in *invocation, i int, want string) Answer {
	return c.fault(c.setup.Texts.WrongArgument, "method", in.method.name, "name", in.method.parameter(i), "text", want)
}

// denied refuses a user without the role.
func (c *Cluster) denied(in *invocation, r Role) Answer {
	if c.setup.Behaviour.RoleDenied == "unauthorized" {
		return c.unauthorized()
	}
	return c.fault(c.setup.Texts.RoleDenied, "method", in.method.name, "role", string(r))
}

func (c *Cluster) unauthorized() Answer {
	return Answer{Status: 401, Body: c.setup.Texts.Unauthorized}
}

// notFound is the framework's fault for a name that its object does not have.
func (c *Cluster) notFound(parent object, name string) Answer {
	t := &c.setup.Texts
	object := expand(t.Representation, "path", c.path(parent))
	return c.fault(t.NotFound, "object", object, "name", pythonText(name))
}

// pythonText is a text as Python 2 prints it in a message: u'db_x'.
func pythonText(s string) string {
	const digits = "0123456789abcdef"
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b := []byte{'u', quote}
	for _, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r >= ' ' && r < 0x7f:
			b = append(b, byte(r))
		case r <= 0xff:
			b = append(b, '\\', 'x', digits[r>>4], digits[r&15])
		case r <= 0xffff:
			b = append(b, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		default:
			b = append(b, `\U00`...)
			for shift := 20; shift >= 0; shift -= 4 {
				b = append(b, digits[r>>shift&15])
			}
		}
	}
	return string(append(b, quote))
}
