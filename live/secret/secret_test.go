package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runbook/effect"
)

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("SECRET_TEST", "from env")
	t.Setenv("SECRET_EMPTY", "")
	for _, row := range []struct {
		name   string
		secret effect.Secret
		want   string // "" for an error
		err    string
	}{
		{"env", effect.Secret{Env: "SECRET_TEST"}, "from env", ""},
		{"env not set", effect.Secret{Env: "SECRET_NOT_SET"}, "", "the environment variable SECRET_NOT_SET is not set"},
		{"env empty", effect.Secret{Env: "SECRET_EMPTY"}, "", "the environment variable SECRET_EMPTY is empty"},
		{"file", effect.Secret{File: write("a", "from file\n")}, "from file", ""},
		{"file with carriage return", effect.Secret{File: write("b", "from file\r\n")}, "from file", ""},
		{"file with two newlines", effect.Secret{File: write("c", "x\n\n")}, "x\n", ""},
		{"no file", effect.Secret{File: filepath.Join(dir, "none")}, "", "none: no such file or directory"},
		{"command", effect.Secret{Command: "printf 'a b'; echo hidden >&2"}, "a b", ""},
		{"failing command", effect.Secret{Command: "echo s3cret; echo s3cret >&2; exit 3"}, "", "exit status 3"},
		{"nothing", effect.Secret{}, "", "the secret refers to nothing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := New().Resolve(t.Context(), row.secret)
			if row.err == "" {
				if err != nil || got != row.want {
					t.Errorf("Resolve = %q, %v, want %q", got, err, row.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), row.err) {
				t.Errorf("Resolve = %q, %v, want an error with %q", got, err, row.err)
			}
			if err != nil && row.name == "failing command" && strings.Contains(strings.ReplaceAll(err.Error(), row.secret.Command, ""), "hidden") {
				t.Errorf("the error tells what the command wrote: %v", err)
			}
		})
	}
}

func TestAsksOnce(t *testing.T) {
	t.Parallel()
	count := filepath.Join(t.TempDir(), "count")
	s := effect.Secret{Command: "echo x >>" + count + "; echo secret"}
	r := New()
	for range 3 {
		if _, err := r.Resolve(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(count); err != nil || string(text) != "x\n" {
		t.Errorf("the command ran %d times (%v), want once", strings.Count(string(text), "x"), err)
	}
}
