package interpreter

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// A Function is what a file tells those that load it of one of its functions.
type Function struct {
	Name      string
	Signature string // "start_nodes(system, nodes, limit = 64)"
	Doc       string // first paragraph of its docstring, on one line
	Position  string
}

// Functions are the functions that the program's own file defines for others,
// main excepted, in their order.
func (p *Program) Functions() []Function {
	var found []*starlark.Function
	for name, v := range p.Globals {
		fn, ok := v.(*starlark.Function)
		if ok && fn.Name() == name && name != "main" && name[0] != '_' && fn.Position().Filename() == p.Name {
			found = append(found, fn)
		}
	}
	slices.SortFunc(found, func(a, b *starlark.Function) int { return int(a.Position().Line - b.Position().Line) })
	var all []Function
	for _, fn := range found {
		doc, _, _ := strings.Cut(strings.TrimSpace(fn.Doc()), "\n\n")
		all = append(all, Function{
			Name: fn.Name(), Signature: signature(fn), Doc: strings.Join(strings.Fields(doc), " "), Position: fn.Position().String(),
		})
	}
	return all
}

// signature is a function with its parameters as a caller writes them.
func signature(fn *starlark.Function) string {
	n, stars := fn.NumParams(), 0
	if fn.HasKwargs() {
		stars++
	}
	if fn.HasVarargs() {
		stars++
	}
	plain := n - stars
	var words []string
	for i := range plain {
		if i == plain-fn.NumKwonlyParams() && !fn.HasVarargs() {
			words = append(words, "*")
		}
		word, _ := fn.Param(i)
		if d := fn.ParamDefault(i); d != nil {
			word += " = " + d.String()
		}
		words = append(words, word)
	}
	if fn.HasVarargs() {
		name, _ := fn.Param(plain)
		words = slices.Insert(words, plain-fn.NumKwonlyParams(), "*"+name)
	}
	if fn.HasKwargs() {
		name, _ := fn.Param(n - 1)
		words = append(words, "**"+name)
	}
	return fn.Name() + "(" + strings.Join(words, ", ") + ")"
}
