// Package secret finds out secrets: from the environment, from files, from the
// output of commands.
package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"

	"runbook/effect"
)

// A Resolver knows how to find each kind of secret, and asks for each once.
type Resolver struct {
	mu    sync.Mutex
	known map[effect.Secret]string
}

// New makes a resolver that knows nothing yet.
func New() *Resolver { return &Resolver{known: map[effect.Secret]string{}} }

// Resolve returns the secret that s refers to, without the newline at its end.
// The error names the reference, never the secret.
func (r *Resolver) Resolve(ctx context.Context, s effect.Secret) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if text, ok := r.known[s]; ok {
		return text, nil
	}
	text, err := find(ctx, s)
	if err != nil {
		return "", err
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	if text == "" {
		return "", fmt.Errorf("%s is empty", name(s))
	}
	r.known[s] = text
	return text, nil
}

func find(ctx context.Context, s effect.Secret) (string, error) {
	switch {
	case s.Env != "":
		text, ok := os.LookupEnv(s.Env)
		if !ok {
			return "", fmt.Errorf("%s is not set", name(s))
		}
		return text, nil
	case s.File != "":
		text, err := os.ReadFile(s.File)
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = fmt.Errorf("%s: %w", name(s), cause.Err)
		}
		return string(text), err
	case s.Command != "":
		return output(ctx, s)
	}
	return "", errors.New("the secret refers to nothing")
}

// output runs a secret's command. What it writes to stderr is not shown: it may
// be about the secret.
func output(ctx context.Context, s effect.Secret) (string, error) {
	text, err := exec.CommandContext(ctx, "/bin/sh", "-c", s.Command).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %s", name(s), exit.ProcessState)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name(s), err)
	}
	return string(text), nil
}

// name is where a secret is, for messages.
func name(s effect.Secret) string {
	switch {
	case s.Env != "":
		return "the environment variable " + s.Env
	case s.File != "":
		return "the file " + s.File
	}
	return fmt.Sprintf("the output of the command %q", s.Command)
}
