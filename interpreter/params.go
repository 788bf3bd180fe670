package interpreter

import (
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"runbook/effect"
)

// A Param is one parameter of a runbook: main's own parameter.
type Param struct {
	Name     string
	Type     string         // string, int, float, bool or list: the type of the default
	Default  starlark.Value // nil if it must be given
	Doc      string         // from main's docstring
	Position string
}

// SiteParam is the parameter of main that gets the site.
const SiteParam = "site"

// Params are the parameters of main except site, in order.
func (p *Program) Params() ([]Param, error) {
	main, err := p.Main()
	if err != nil {
		return nil, err
	}
	if main.HasVarargs() || main.HasKwargs() {
		return nil, &PlacedError{Pos: main.Position(), Msg: "main takes *args or **kwargs, want named parameters"}
	}
	docs := argDocs(main.Doc())
	var params []Param
	for i := range main.NumParams() {
		name, pos := main.Param(i)
		if name == SiteParam {
			continue
		}
		q := Param{Name: name, Type: "string", Default: main.ParamDefault(i), Doc: docs[name], Position: pos.String()}
		if q.Default != nil {
			if q.Type = ParamType(q.Default); q.Type == "" {
				return nil, &PlacedError{Pos: pos, Msg: fmt.Sprintf("parameter %s: got the default %s, want a string, int, float, bool, list of strings or None", name, q.Default)}
			}
		}
		params = append(params, q)
	}
	return params, nil
}

// WantsSite reports whether main has a parameter site.
func (p *Program) WantsSite() bool {
	if p.main == nil {
		return false
	}
	for i := range p.main.NumParams() {
		if name, _ := p.main.Param(i); name == SiteParam {
			return true
		}
	}
	return false
}

// ParamType is the type that a parameter of main has by its default: string, int,
// float, bool or list; "" if it cannot have that default.
func ParamType(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.Bool:
		return "bool"
	case starlark.Int:
		return "int"
	case starlark.Float:
		return "float"
	case starlark.String, starlark.NoneType:
		return "string"
	case *starlark.List:
		return listType(v)
	case starlark.Tuple:
		return listType(v)
	}
	return ""
}

// listType is the type of a list of strings, which is what --set can give.
func listType(v starlark.Iterable) string {
	for e := range starlark.Elements(v) {
		if _, ok := e.(starlark.String); !ok {
			return ""
		}
	}
	return "list"
}

// Bind turns settings, as typed after --set, into main's arguments. Every
// wrong name and value is reported, with the list of what there is.
func (p *Program) Bind(settings []string, site starlark.Value) (*Arguments, error) {
	params, err := p.Params()
	if err != nil {
		return nil, err
	}
	given, problems := map[string]starlark.Value{}, []string{}
	for _, s := range settings {
		name, text, ok := strings.Cut(s, "=")
		q := findParam(params, name)
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("--set %s: got no value, want name=value", s))
		case q == nil:
			problems = append(problems, fmt.Sprintf("--set %s: the runbook has no parameter %q%s", s, name, nearest(params, name)))
		default:
			v, err := parseParam(q.Type, text)
			if err != nil {
				problems = append(problems, fmt.Sprintf("--set %s: %v", name, err))
			}
			given[name] = v
		}
	}
	for _, q := range params {
		if q.Default == nil && given[q.Name] == nil {
			problems = append(problems, fmt.Sprintf("parameter %s must be given: --set %s=…", q.Name, q.Name))
		}
	}
	if len(problems) > 0 {
		return nil, &ParamsError{Problems: problems, Params: params, Program: p.Name}
	}
	return p.arguments(params, given, site)
}

// Arguments are what main is called with.
type Arguments struct {
	Record effect.Struct // every parameter except site, by name
	Given  []string      // those that are not as the runbook has them, as "name = value"

	kwargs []starlark.Tuple
}

func (p *Program) arguments(params []Param, given map[string]starlark.Value, site starlark.Value) (*Arguments, error) {
	a := &Arguments{}
	if p.WantsSite() && site != nil {
		a.kwargs = append(a.kwargs, starlark.Tuple{starlark.String(SiteParam), site})
	}
	for _, q := range params {
		v := given[q.Name]
		if v != nil {
			v = asDefault(v, q.Default)
			a.kwargs = append(a.kwargs, starlark.Tuple{starlark.String(q.Name), v})
		} else {
			v = q.Default
		}
		x, err := FromStarlark(v)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", q.Name, err)
		}
		a.Record = append(a.Record, effect.Field{Name: q.Name, Value: x})
		if q.Default == nil || !isSame(v, q.Default) {
			a.Given = append(a.Given, q.Name+" = "+v.String())
		}
	}
	return a, nil
}

// asDefault is a given value as main would have it by default: frozen, and a
// tuple where the default is one, so that a resumed run has what the first had.
func asDefault(v, def starlark.Value) starlark.Value {
	if list, ok := v.(*starlark.List); ok {
		if _, ok := def.(starlark.Tuple); ok {
			elems := make(starlark.Tuple, list.Len())
			for i := range elems {
				elems[i] = list.Index(i)
			}
			v = elems
		}
	}
	v.Freeze()
	return v
}

func isSame(a, b starlark.Value) bool {
	eq, err := starlark.Equal(a, b)
	return err == nil && eq
}

// Rebind makes the arguments of a recorded run again. Parameters that main no
// longer has are refused; those it has got since take their defaults.
func (p *Program) Rebind(record effect.Struct, site starlark.Value) (*Arguments, error) {
	params, err := p.Params()
	if err != nil {
		return nil, err
	}
	given := map[string]starlark.Value{}
	for _, f := range record {
		if findParam(params, f.Name) == nil {
			return nil, fmt.Errorf("the recorded parameter %s is no parameter of %s", f.Name, p.Name)
		}
		given[f.Name] = ToStarlark(f.Value)
	}
	return p.arguments(params, given, site)
}

// ParamsError lists everything wrong with the parameters given to a runbook.
type ParamsError struct {
	Program  string
	Problems []string
	Params   []Param
}

func (e *ParamsError) Error() string {
	s := strings.Join(e.Problems, "\n")
	if len(e.Params) == 0 {
		return s + "\n" + e.Program + " has no parameters"
	}
	s += "\nparameters of " + e.Program + ":"
	for _, q := range e.Params {
		s += "\n  " + q.String()
	}
	return s
}

// String is the parameter as a listing shows it: name, type and default.
func (q Param) String() string {
	if q.Default == nil {
		return fmt.Sprintf("%s (%s, must be given)", q.Name, q.Type)
	}
	return fmt.Sprintf("%s (%s, default %s)", q.Name, q.Type, q.Default)
}

func findParam(params []Param, name string) *Param {
	for i := range params {
		if params[i].Name == name {
			return &params[i]
		}
	}
	return nil
}

func parseParam(typ, text string) (starlark.Value, error) {
	switch typ {
	case "bool":
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return starlark.True, nil
		case "false", "no", "0":
			return starlark.False, nil
		}
		return nil, fmt.Errorf("got %q, want true or false", text)
	case "int":
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("got %q, want an integer", text)
		}
		return starlark.MakeInt64(i), nil
	case "float":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("got %q, want a number", text)
		}
		return starlark.Float(f), nil
	case "list":
		var elems []starlark.Value
		for e := range strings.SplitSeq(text, ",") {
			if e = strings.TrimSpace(e); e != "" {
				elems = append(elems, starlark.String(e))
			}
		}
		return starlark.NewList(elems), nil
	}
	return starlark.String(text), checkText(text)
}

// argDocs reads the "Args:" section of a docstring: "name: text", continued by
// deeper lines.
func argDocs(doc string) map[string]string {
	docs := map[string]string{}
	in, indent, last := false, -1, ""
	for line := range strings.SplitSeq(doc, "\n") {
		text := strings.TrimSpace(line)
		depth := len(line) - len(strings.TrimLeft(line, " \t"))
		switch {
		case text == "Args:":
			in, indent = true, -1
		case !in || text == "":
			in = in && text != ""
		case indent < 0 || depth <= indent:
			indent = depth
			name, about, ok := strings.Cut(text, ":")
			if !ok {
				in = false
				continue
			}
			last = strings.TrimSpace(name)
			docs[last] = strings.TrimSpace(about)
		default:
			docs[last] += " " + text
		}
	}
	return docs
}
