package archtest

import (
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

func TestHouse(t *testing.T) {
	t.Parallel()
	tree, err := Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if tree.Module != "runbook" || len(tree.Files) < 10 {
		t.Fatalf("Load(../..) = module %q with %d files, want all of this one", tree.Module, len(tree.Files))
	}
	for _, v := range Check(tree, House()) {
		t.Error(v)
	}
}

// TestHouseCanFail breaks each rule of the house once, in a module made for it.
func TestHouseCanFail(t *testing.T) {
	t.Parallel()
	house := House()
	for _, r := range house.Rooms {
		dir := strings.ReplaceAll(r.Path, "*", "some")
		wants(t, dir+"/a.go", `import "runbook/cmd/other"`, "rooms: got import of cmd/other")
	}
	for _, m := range house.Modules {
		wants(t, "runbooks/a.go", `import "`+m.Path+`"`, "modules: got import of "+m.Path)
	}
	for _, b := range house.Bans {
		for _, use := range b.Uses {
			body := `import "` + use + `"`
			if pkg, name, ok := strings.Cut(use, "."); ok {
				body = `import "` + pkg + `"; var _ = ` + path.Base(pkg) + "." + name
			}
			brokenEverywhere(t, b, body, b.Rule+": got ")
		}
		if b.Go {
			brokenEverywhere(t, b, "func f() { go f() }", b.Rule+": got a go statement")
		}
	}
	wants(t, "journal/a.go", strings.Repeat("\n", house.Shape.FileLines), "shape: got a file of")
	wants(t, "journal/a.go", "func f() {"+strings.Repeat("\n", house.Shape.FuncLines)+"}", "shape: got func f of")
	wants(t, "journal/a.go", "func F() {}", "comments: got func F without a comment")
}

// brokenEverywhere breaks a ban in each place that it names.
func brokenEverywhere(t *testing.T, b Ban, body, want string) {
	t.Helper()
	name := "a.go"
	if b.Tests {
		name = "a_test.go"
	}
	for _, in := range b.In {
		dir := strings.TrimSuffix(in, "...")
		if dir == "" {
			dir = "journal/"
		}
		wants(t, path.Join(dir, name), body, want)
	}
}

// wants checks that the house's rules find this in a module of one file.
func wants(t *testing.T, file, body, want string) {
	t.Helper()
	root := fstest.MapFS{
		"go.mod": {Data: []byte("module runbook\n")},
		file:     {Data: []byte("// Package p is documented.\npackage p\n\n" + body)},
	}
	tree, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range Check(tree, House()) {
		if v.Position.Filename == file && strings.Contains(v.String(), want) {
			return
		}
	}
	t.Errorf("%s: %s: got no violation %q", file, body, want)
}
