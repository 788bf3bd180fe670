package host

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFilesAreOnesOwn(t *testing.T) {
	t.Parallel()
	f := NewFleet(FleetConfig{})
	defer f.Close()
	a, b := f.Add(Config{Name: "a"}), f.Add(Config{Name: "b"})
	before := b.Files().tree.root
	for _, name := range []string{"/usr/bin/cat", "/etc/new", "/tmp/x"} {
		if err := a.Files().WriteFile(name, []byte("mine")); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Files().RemoveAll("/usr/local"); err != nil {
		t.Fatal(err)
	}
	data, err := b.Files().ReadFile("/usr/bin/cat")
	if err != nil || string(data) == "mine" || b.Files().Exists("/etc/new") || !b.Files().Exists("/usr/local/bin") || b.Files().tree.root != before {
		t.Errorf("what one machine writes: got it on the other, too: %q, %v", data, err)
	}
	if text := f.Describe(); !strings.Contains(text, "removed /usr/local\n") || !strings.Contains(text, `/usr/bin/cat (root) "mine"`) || strings.Count(text, "mine") != 3 {
		t.Errorf("description: got %s", text)
	}
}

// TestFilesAreLikeTheSystems does the same to simulated files and to real ones:
// the same succeeds, the same fails with the same words, the same is left.
func TestFilesAreLikeTheSystems(t *testing.T) {
	t.Parallel()
	paths := rapid.SampledFrom([]string{"a", "b", "a/b", "a/c", "b/a", "a/b/c", "./a", "a/../b", "l", "l/x", "a/", "b/.", ".", "missing/x"})
	outside := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(outside, "")
		if err != nil {
			r.Fatal(err)
		}
		f := NewFleet(FleetConfig{})
		defer f.Close()
		m := f.Add(Config{Name: "r1", User: "root"})
		must(m.Files().Mkdir("/w", 0o755))
		files := &Files{tree: m.files.tree, dir: "/w", umask: 0o022}
		for range rapid.IntRange(1, 15).Draw(r, "n") {
			p, q := paths.Draw(r, "path"), paths.Draw(r, "other")
			at := dir + "/" + p
			var got, want error
			op := rapid.SampledFrom([]string{"write", "append", "mkdir", "remove", "all", "read", "list", "link", "rename"}).Draw(r, "op")
			switch op {
			case "write":
				got, want = files.WriteFile(p, []byte(q)), os.WriteFile(at, []byte(q), 0o644)
			case "append":
				got, want = files.AppendFile(p, []byte(q)), appendTo(at, q)
			case "mkdir":
				got, want = files.Mkdir(p, 0o755), os.Mkdir(at, 0o755)
			case "remove":
				if strings.Trim(p, "./") == "" || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/") {
					continue // Go's own rules
				}
				got, want = files.Remove(p), os.Remove(at)
			case "all":
				if strings.HasSuffix(p, ".") || strings.HasSuffix(p, "/") || strings.Contains(p, "..") {
					continue // Go's own rules
				}
				got, want = files.RemoveAll(p), os.RemoveAll(at)
			case "read":
				_, got = files.ReadFile(p)
				_, want = os.ReadFile(at)
			case "list":
				_, got = files.ReadDir(p)
				_, want = os.ReadDir(at)
			case "link":
				if strings.HasSuffix(q, "/") || strings.HasSuffix(q, ".") {
					continue // a loop through these is told in other words
				}
				got, want = files.Symlink(q, p), os.Symlink(q, at)
			case "rename":
				if info, err := os.Lstat(dir + "/" + q); strings.ContainsAny(p+q, "./l") || err == nil && info.IsDir() {
					continue // Go's own rules
				}
				got, want = files.Rename(p, q), os.Rename(at, dir+"/"+q)
			}
			exact := op != "rename" && !strings.HasSuffix(p, "/") && !strings.HasSuffix(p, ".") // of several reasons, systems choose one
			if (got == nil) != (want == nil) || exact && lastWords(got) != lastWords(want) {
				r.Fatalf("%s %s %s: got %v, want %v", op, p, q, got, want)
			}
		}
		if got, want := listing(files, "."), realListing(r, dir); got != want {
			r.Fatalf("what is left:\ngot\n%swant\n%s", got, want)
		}
	})
}

func appendTo(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// lastWords is an error without what and where.
func lastWords(err error) string {
	if err == nil {
		return ""
	}
	parts := strings.Split(err.Error(), ": ")
	return strings.ToLower(parts[len(parts)-1])
}

func listing(files *Files, dir string) string {
	infos, err := files.ReadDir(dir)
	if err != nil {
		return err.Error()
	}
	text := ""
	for _, info := range infos {
		name := filepath.Join(dir, info.Name())
		switch {
		case info.IsDir():
			text += name + "/\n" + listing(files, name)
		case info.Target() != "":
			text += name + " -> " + info.Target() + "\n"
		default:
			data, _ := files.ReadFile(name)
			text += name + ": " + string(data) + "\n"
		}
	}
	return text
}

func realListing(t *rapid.T, root string) string {
	text := ""
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, at)
		switch {
		case err != nil || name == ".":
			return err
		case d.IsDir():
			text += name + "/\n"
		case d.Type() == fs.ModeSymlink:
			target, _ := os.Readlink(at)
			text += name + " -> " + target + "\n"
		default:
			data, _ := os.ReadFile(at)
			text += name + ": " + string(data) + "\n"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
