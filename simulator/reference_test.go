package simulator

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What the reference says of parameters is what the builtins really take: the
// same names in the same order, as optional, and of the same types.
func TestReferenceIsTrue(t *testing.T) {
	t.Parallel()
	for _, b := range vocabulary() {
		params, _ := b.prepare()
		if len(params) != 2*len(b.doc.Params) {
			t.Errorf("%s: the reference has %d parameters, the code %d", b.doc.Name, len(b.doc.Params), len(params)/2)
			continue
		}
		for i, doc := range b.doc.Params {
			name, optional := strings.CutSuffix(params[2*i].(string), "?")
			if doc.Name != name {
				t.Errorf("%s: parameter %d: the reference says %q, the code %q", b.doc.Name, i, doc.Name, name)
			}
			if (doc.Default != "") != optional {
				t.Errorf("%s: parameter %s: the reference says default %q, the code optional %v", b.doc.Name, name, doc.Default, optional)
			}
			if got := wordFor(params[2*i+1]); got != doc.Type {
				t.Errorf("%s: parameter %s: the reference says type %q, the code %q", b.doc.Name, name, doc.Type, got)
			}
		}
	}
}

// wordFor is the reference's word for the type of a variable that an argument is unpacked to.
func wordFor(variable any) string {
	if w, ok := variable.(interface{ word() string }); ok {
		return w.word()
	}
	switch kind := reflect.TypeOf(variable).Elem().Kind(); kind {
	case reflect.Int64:
		return "int"
	case reflect.Float64:
		return "float"
	default:
		return kind.String()
	}
}

func TestGlobalsAreAllDocumented(t *testing.T) {
	t.Parallel()
	var documented []string
	for _, p := range Globals() {
		documented = append(documented, p.Name)
	}
	slices.Sort(documented)
	if !slices.Equal(documented, globalNames) {
		t.Errorf("documented are %q, read are %q", documented, globalNames)
	}
}

func TestReferenceReads(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, d := range Reference() {
		if seen[d.Name] {
			t.Errorf("%s is there twice", d.Name)
		}
		seen[d.Name] = true
		if !strings.HasSuffix(d.Summary, ".") || strings.ToUpper(d.Summary[:1]) != d.Summary[:1] && !strings.HasPrefix(d.Summary, "start") {
			t.Errorf("%s: the summary %q is not a sentence", d.Name, d.Summary)
		}
		for _, p := range d.Params {
			if p.Summary == "" || strings.HasSuffix(p.Summary, ".") {
				t.Errorf("%s: parameter %s: got the summary %q, want a phrase without a full stop", d.Name, p.Name, p.Summary)
			}
		}
	}
	node := simulateBuiltins[1].doc.Signature()
	if want := "simulate.node(name, [power, flag, card, powered_at])"; node != want {
		t.Errorf("got the signature %s, want %s", node, want)
	}
}
