package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"runbook/effect"
)

// write makes a file with a text.
func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func environment(name string) (string, bool) {
	v, ok := map[string]string{"SET": "from env\n", "EMPTY": ""}[name]
	return v, ok
}

func TestResolve(t *testing.T) {
	t.Parallel()
	r := &Resolver{Lookup: environment}
	for _, test := range []struct {
		secret effect.Secret
		want   string
	}{
		{effect.Secret{Env: "SET"}, "from env\n"},
		{effect.Secret{File: write(t, "from file\n")}, "from file"},
		{effect.Secret{File: write(t, "from file\r\n")}, "from file"},
		{effect.Secret{File: write(t, " two\nlines \n\n")}, " two\nlines \n"},
		{effect.Secret{File: write(t, strings.Repeat("x", maxSize))}, strings.Repeat("x", maxSize)},
		{effect.Secret{Command: "echo 'from  command'"}, "from  command"},
		{effect.Secret{Command: "printf 'no newline'; echo noise >&2"}, "no newline"},
		{effect.Secret{Command: "cat"}, "error: command \"cat\": empty"}, // it has no input
	} {
		got, err := r.Resolve(t.Context(), test.secret)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != test.want {
			t.Errorf("Resolve(%s) = %q, want %q", name(test.secret), got, test.want)
		}
	}
}

// name shows a reference, which is no secret.
func name(s effect.Secret) string { return s.Env + s.File + s.Command }

// TestErrors lists what cannot be found. No error holds what was found.
func TestErrors(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	huge := write(t, strings.Repeat("hunter2", maxSize))
	r := &Resolver{Lookup: environment}
	for _, test := range []struct {
		secret effect.Secret
		want   string
	}{
		{effect.Secret{}, "secret: got no reference, want env, file or command"},
		{effect.Secret{Env: "UNSET"}, "environment variable UNSET: not set"},
		{effect.Secret{Env: "EMPTY"}, "environment variable EMPTY: empty"},
		{effect.Secret{File: directory + "/none"}, "file " + directory + "/none: no such file or directory"},
		{effect.Secret{File: directory}, "file " + directory + ": is a directory"},
		{effect.Secret{File: write(t, "\n")}, ": empty"},
		{effect.Secret{File: huge}, "file " + huge + ": got more than 65536 bytes, want a secret"},
		{effect.Secret{Command: "printf hunter; printf 2; printf hunter2 >&2; exit 3"}, `command "printf hunter; printf 2; printf hunter2 >&2; exit 3": exit status 3; run it by hand to see what it says`},
		{effect.Secret{Command: "true"}, `command "true": empty`},
		{effect.Secret{Command: "yes hun''ter2"}, `command "yes hun''ter2": got more than 65536 bytes, want a secret`},
	} {
		got, err := r.Resolve(t.Context(), test.secret)
		if err == nil || got != "" || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("Resolve(%s) = %q, %v, want error %s", name(test.secret), got, err, test.want)
			continue
		}
		if strings.Contains(strings.ReplaceAll(err.Error(), name(test.secret), ""), "hunter2") {
			t.Errorf("error holds the secret: %v", err)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	r := &Resolver{Timeout: 10 * time.Millisecond}
	got, err := r.Resolve(t.Context(), effect.Secret{Command: "echo hun''ter2; exec sleep 3600"})
	if want := `command "echo hun''ter2; exec sleep 3600": no end within 10ms`; got != "" || err == nil || err.Error() != want {
		t.Errorf("Resolve = %q, %v, want error %s", got, err, want)
	}
}

// TestOnce runs a command once, however many ask for its output at once.
func TestOnce(t *testing.T) {
	t.Parallel()
	count := write(t, "")
	s := effect.Secret{Command: fmt.Sprintf("echo x >> '%s'; echo found", count)}
	r := &Resolver{}
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if got, err := r.Resolve(t.Context(), s); got != "found" || err != nil {
				t.Errorf("Resolve = %q, %v, want found", got, err)
			}
		})
	}
	wg.Wait()
	if b, err := os.ReadFile(count); err != nil || string(b) != "x\n" {
		t.Errorf("the command ran %d times, %v, want once", len(b)/2, err)
	}
}

// TestFailureIsNotKept finds a secret that was not there before.
func TestFailureIsNotKept(t *testing.T) {
	t.Parallel()
	s := effect.Secret{File: filepath.Join(t.TempDir(), "late")}
	r := &Resolver{}
	if got, err := r.Resolve(t.Context(), s); err == nil {
		t.Fatalf("Resolve = %q, want an error", got)
	}
	if err := os.WriteFile(s.File, []byte("late"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Resolve(t.Context(), s); got != "late" || err != nil {
		t.Errorf("Resolve = %q, %v, want late", got, err)
	}
	if err := os.WriteFile(s.File, []byte("later"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Resolve(t.Context(), s); got != "late" || err != nil {
		t.Errorf("Resolve again = %q, %v, want late, as it is kept", got, err)
	}
}

// TestCancel ends one who waits for another, and one for whom another waits.
func TestCancel(t *testing.T) {
	t.Parallel()
	begun := filepath.Join(t.TempDir(), "begun")
	s := effect.Secret{Command: fmt.Sprintf("test -e '%s' && echo second && exit; echo > '%[1]s'; exec sleep 3600", begun)}
	r := &Resolver{}
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := r.Resolve(ctx, s)
		first <- err
	}()
	for _, err := os.Stat(begun); err != nil; _, err = os.Stat(begun) {
		runtime.Gosched()
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := r.Resolve(gone, s); !errors.Is(err, context.Canceled) {
		t.Errorf("Resolve of one who left = %v, want %v", err, context.Canceled)
	}
	second := make(chan string)
	go func() {
		got, err := r.Resolve(t.Context(), s)
		second <- fmt.Sprint(got, err)
	}()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("Resolve of the first = %v, want %v", err, context.Canceled)
	}
	if got := <-second; got != "second<nil>" {
		t.Errorf("Resolve of the one who waited = %s, want second", got)
	}
}
