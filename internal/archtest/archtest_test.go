package archtest

import (
	"strings"
	"testing"
	"testing/fstest"
)

const goMod = `module m

go 1.26.0

require example.com/single v1.0.0

require (
	example.com/codec v0.1.0 // indirect
	example.com/check v0.2.0
)
`

// plan is a small house: a waist, two worlds that do not know each other, a roof.
func plan() Rules {
	return Rules{
		Rooms: []Room{
			{Path: "waist", Reason: "WAIST"},
			{Path: "live/*", May: []string{"waist"}, Reason: "LIVE"},
			{Path: "engine", May: []string{"waist"}, Reason: "ENGINE"},
			{Path: "words", May: []string{"engine"}, Reason: "WORDS"},
			{Path: "words/serve", May: []string{"words"}, Reason: "SERVE"},
			{Path: "cmd", May: []string{"words", "live/*"}, TestsMay: []string{"..."}, Reason: "CMD"},
		},
		Modules: []Module{
			{Path: "example.com/codec", In: []string{"live/wire"}, Reason: "CODEC"},
			{Path: "example.com/check", Tests: []string{"..."}, Reason: "CHECK"},
		},
		Bans: []Ban{
			{Rule: "clock", In: []string{"words/..."}, Except: []string{"words/serve/...", "words/old.go"}, Uses: []string{"time.Now", "math/rand"}, Reason: "CLOCK"},
			{Rule: "single", In: []string{"engine"}, Go: true, Reason: "SINGLE"},
			{Rule: "sleep", In: []string{"..."}, Tests: true, Unless: "testing/synctest", Uses: []string{"time.Sleep"}, Reason: "SLEEP"},
		},
		Shape: Shape{FileLines: 12, FuncLines: 5},
	}
}

// check gives the violations of plan in a module with these files, as text.
// Files are their imports and declarations; the package clause is added.
func check(t *testing.T, r Rules, files map[string]string) string {
	t.Helper()
	root := fstest.MapFS{"go.mod": {Data: []byte(goMod)}}
	for name, body := range files {
		if !strings.Contains(body, "package ") {
			body = "// Package p is documented.\npackage p\n\n" + body
		}
		root[name] = &fstest.MapFile{Data: []byte(body)}
	}
	tree, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, v := range Check(tree, r) {
		b.WriteString(v.String() + "\n")
	}
	return b.String()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\n\n", 6)
	for _, c := range []struct {
		name string
		file string
		body string
		want string // start of the only violation; "" for none
	}{
		{"waist alone", "waist/a.go", `import "m/engine"`, "waist/a.go:4:8: rooms: got import of engine, want waist to import only none of the house: WAIST"},
		{"arrow", "engine/a.go", `import "m/waist"`, ""},
		{"arrows reach on", "cmd/a.go", `import ("m/waist"; "m/engine"; "m/live/wire")`, ""},
		{"no arrow back", "engine/a.go", `import "m/words"`, "engine/a.go:4:8: rooms: got import of words, want engine to import only waist: ENGINE"},
		{"siblings", "live/wire/a.go", `import "m/live/clock"`, "live/wire/a.go:4:8: rooms: got import of live/clock"},
		{"within a room", "live/wire/a.go", `import "m/live/wire/frame"`, ""},
		{"room within a room", "words/a.go", `import "m/words/serve"`, "words/a.go:4:8: rooms: got import of words/serve"},
		{"renamed import", "waist/a.go", `import other "m/engine"`, "waist/a.go:4:8: rooms: "},
		{"no room", "attic/a.go", "", `attic/a.go:2:9: rooms: got folder "attic" in no room`},
		{"import of no room", "cmd/a.go", `import "m/attic"`, "cmd/a.go:4:8: rooms: got import of attic"},
		{"test keeps to its room", "waist/a_test.go", `import "m/engine"`, "waist/a_test.go:4:8: rooms: "},
		{"test of the roof", "cmd/a_test.go", `import "m/words/serve"`, ""},
		{"test and the room around", "words/serve/a_test.go", `import "m/words"`, ""},
		{"test and satellite", "waist/a_test.go", `import "m/engine/enginetest"`, ""},
		{"product and satellite", "words/a.go", `import "m/engine/enginetest"`, "words/a.go:4:8: rooms: got import of engine/enginetest"},

		{"standard library", "waist/a.go", `import "net/http"`, ""},
		{"module at home", "live/wire/a.go", `import "example.com/codec/x"`, ""},
		{"module elsewhere", "words/a.go", `import "example.com/codec/x"`, "words/a.go:4:8: modules: got import of example.com/codec/x, want example.com/codec only in live/wire: CODEC"},
		{"module in a test elsewhere", "words/a_test.go", `import "example.com/codec"`, "words/a_test.go:4:8: modules: "},
		{"test module in a test", "words/a_test.go", `import "example.com/check"`, ""},
		{"test module in a satellite", "words/wordstest/a.go", `import "example.com/check"`, ""},
		{"test module in the product", "words/a.go", `import "example.com/check"`, "words/a.go:4:8: modules: got import of example.com/check, want example.com/check only in tests of ...: CHECK"},
		{"unlisted module", "cmd/a.go", `import "example.com/single"`, "cmd/a.go:4:8: modules: got import of example.com/single, want a line in the table of modules"},

		{"clock", "words/a.go", `import "time"; var a = time.Now()`, "words/a.go:4:24: clock: got time.Now, want none here: CLOCK"},
		{"clock as a value", "words/sub/a.go", `import "time"; var a = time.Now`, "words/sub/a.go:4:24: clock: "},
		{"clock renamed", "words/a.go", `import t "time"; var a = t.Now()`, "words/a.go:4:26: clock: got time.Now"},
		{"clock by dot", "words/a.go", `import . "time"; var a = Now()`, "words/a.go:4:8: clock: got every name of time"},
		{"another name of time", "words/a.go", `import "time"; var a = time.Second`, ""},
		{"another Now", "words/a.go", `import time "strings"; var a = time.Now`, ""},
		{"chance", "words/a.go", `import "math/rand"`, "words/a.go:4:8: clock: got import of math/rand"},
		{"clock elsewhere", "engine/a.go", `import "time"; var a = time.Now()`, ""},
		{"clock, folder excepted", "words/serve/a.go", `import "time"; var a = time.Now()`, ""},
		{"clock, file excepted", "words/old.go", `import "time"; var a = time.Now()`, ""},
		{"clock in a test", "words/a_test.go", `import "time"; var a = time.Now()`, ""},
		{"go", "engine/a.go", `func a() { go a() }`, "engine/a.go:4:12: single: got a go statement, want none here: SINGLE"},
		{"go elsewhere", "words/a.go", `func a() { go a() }`, ""},
		{"sleep in a test", "engine/a_test.go", `import "time"; func a() { time.Sleep(1) }`, "engine/a_test.go:4:27: sleep: "},
		{"sleep in a bubble", "engine/a_test.go", `import ("time"; _ "testing/synctest"); func a() { time.Sleep(1) }`, ""},

		{"long file", "words/a.go", long, "words/a.go: shape: got a file of 15 lines, want at most 12"},
		{"long test file", "words/a_test.go", long, ""},
		{"long generated file", "words/a.go", "// Code generated by x. DO NOT EDIT.\n\npackage p" + long, ""},
		{"long function", "words/a.go", "func (x *t[a, b]) f() {\n\n\n\n\n}", "words/a.go:4:1: shape: got func t.f of 6 lines, want at most 5"},
		{"function that fits", "words/a.go", "func f() {\n\n\n\n}", ""},

		{"package", "words/a.go", "package p", "words/a.go:1:9: comments: got package p without a comment"},
		{"package of tests", "words/a_test.go", "package p", ""},
		{"func", "words/a.go", "func F() {}", "words/a.go:4:1: comments: got func F without a comment"},
		{"documented func", "words/a.go", "// F is.\nfunc F() {}", ""},
		{"func of main", "cmd/a.go", "// Command a is.\npackage main\nfunc F() {}", ""},
		{"method", "words/a.go", "// T is.\ntype T int\nfunc (T) F() {}", "words/a.go:6:1: comments: got func T.F without a comment"},
		{"method of an own type", "words/a.go", "type t int\nfunc (t) F() {}", ""},
		{"method everyone knows", "words/a.go", "// T is.\ntype T int\nfunc (T) String() string { return \"\" }", ""},
		{"type", "words/a.go", "type T int", "words/a.go:4:6: comments: got type T without a comment"},
		{"type in a group", "words/a.go", "// Types.\ntype (\n\tT int\n)", "words/a.go:6:2: comments: got type T without a comment"},
		{"const", "words/a.go", "const (\n\tA = 1 // is\n\tB = 2\n)", "words/a.go:6:2: comments: got const B without a comment"},
		{"group of const", "words/a.go", "// Numbers.\nconst (\n\tA = 1\n\tB = 2\n)", ""},
		{"const of a type", "words/a.go", "// T is.\ntype T int\nconst (\n\tA T = iota\n\tB\n)", ""},
		{"typed const", "words/a.go", "const A string = \"\"", "words/a.go:4:7: comments: got const A without a comment"},
		{"var", "words/a.go", "var A int", "words/a.go:4:5: comments: got var A without a comment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := check(t, plan(), map[string]string{c.file: c.body})
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) || strings.Count(got, "\n") > 1 {
				t.Errorf("%s:\n%s\ngot  %swant %s", c.file, c.body, got, c.want)
			}
		})
	}
}

func TestExceptions(t *testing.T) {
	t.Parallel()
	r := plan()
	r.Shape.Except = map[string]string{"words/a.go:T.f": "a switch", "words/b.go": "a list"}
	files := map[string]string{
		"words/a.go": "func (T) f() {\n\n\n\n\n}",
		"words/b.go": strings.Repeat("\n", 20),
	}
	if got := check(t, r, files); got != "" {
		t.Errorf("excepted functions and files: got %s", got)
	}
	delete(files, "words/b.go")
	if got := check(t, r, files); !strings.Contains(got, `an exception for "words/b.go"`) {
		t.Errorf("an exception for what is gone: got %q, want a violation", got)
	}
}

func TestStaleRules(t *testing.T) {
	t.Parallel()
	r := plan()
	r.Modules = append(r.Modules, Module{Path: "example.com/gone", Reason: "GONE"})
	r.Rooms = append(r.Rooms, Room{Path: "new", May: []string{"gone"}, Reason: "NEW"})
	got := check(t, r, nil)
	for _, want := range []string{
		"modules: got a rule for example.com/gone, want a module that go.mod requires",
		`rooms: got an arrow from new to "gone", want a room of the table`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("stale rules: got %s want %s", got, want)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	got := check(t, plan(), map[string]string{
		"words/b.go": `import "math/rand"`,
		"words/a.go": "import \"time\"\n\nvar A = time.Now()\n\nvar B = time.Now()",
	})
	var at []string
	for line := range strings.Lines(got) {
		place, _, _ := strings.Cut(line, ": ")
		at = append(at, place)
	}
	want := "words/a.go:6:5 words/a.go:6:9 words/a.go:8:5 words/a.go:8:9 words/b.go:4:8"
	if got := strings.Join(at, " "); got != want {
		t.Errorf("order of violations = %s, want %s", got, want)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	tree, err := Load(fstest.MapFS{
		"go.mod":              {Data: []byte(goMod)},
		"a/a.go":              {Data: []byte("package a")},
		"a/_b.go":             {Data: []byte("not Go")},
		"a/.b.go":             {Data: []byte("not Go")},
		"a/testdata/b.go":     {Data: []byte("not Go")},
		"_old/b.go":           {Data: []byte("not Go")},
		".hidden/b.go":        {Data: []byte("not Go")},
		"within/go.mod":       {Data: []byte("module other")},
		"within/deep/deep.go": {Data: []byte("not Go")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Files) != 1 || tree.Files[0].Path != "a/a.go" {
		t.Errorf("Load: got %d files, want a/a.go alone", len(tree.Files))
	}
	if got, want := strings.Join(tree.Requires, " "), "example.com/single example.com/codec example.com/check"; tree.Module != "m" || got != want {
		t.Errorf("Load: got module %s requiring %s, want m requiring %s", tree.Module, got, want)
	}
	if _, err := Load(fstest.MapFS{"go.mod": {Data: []byte(goMod)}, "a.go": {Data: []byte("not Go")}}); err == nil {
		t.Error("Load of a broken file: got no error")
	}
}
