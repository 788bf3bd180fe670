package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/bazelbuild/buildtools/build"
	"github.com/spf13/cobra"

	"runbook/interpreter"
)

func (a *App) fmtCommand() *cobra.Command {
	check := false
	cmd := &cobra.Command{
		Use:   "fmt [PATH...]",
		Short: "Format Starlark files",
		Long: `fmt rewrites Starlark files in the one way that buildifier has them, and prints
the names of those it changed. PATH is a file or a folder, by default the current
one. With --check nothing is written; the exit status is 1 if a file would change.`,
		Example: `  runbook fmt
  runbook fmt --check mysite`,
		RunE: func(_ *cobra.Command, args []string) error { return a.format(args, check) },
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; list what would change")
	return grouped("write", cmd)
}

func (a *App) format(paths []string, check bool) error {
	files, err := starFiles("fmt", paths)
	if err != nil {
		return err
	}
	changed, invalid := 0, false
	for _, f := range files {
		src, err := os.ReadFile(f.path)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, cause(err))
		}
		text, err := formatted(f.path, src)
		switch {
		case err != nil:
			for _, p := range problemsOf(err, f.path, map[string][]byte{f.path: src}) {
				p.write(a.stderr, a.color())
			}
			invalid = true
			continue
		case bytes.Equal(text, src):
			continue
		}
		changed++
		if !check {
			if err := os.WriteFile(f.path, text, 0o666); err != nil {
				return fmt.Errorf("%s: %w", f.path, cause(err))
			}
		}
		fmt.Fprintln(a.stdout, f.path)
	}
	switch {
	case invalid:
		return &exitError{code: InvalidScript, err: errors.New("a file cannot be parsed"), silent: true}
	case check && changed > 0:
		return &exitError{code: RunbookFailed, err: errors.New("files would change"), silent: true}
	}
	return nil
}

// formatted is a source as buildifier has it. What is no Starlark is refused,
// for buildifier parses more than that.
func formatted(name string, src []byte) ([]byte, error) {
	if _, err := interpreter.Dialect.Parse(name, src, 0); err != nil {
		return nil, err
	}
	f, err := build.ParseDefault(name, src)
	if err != nil {
		return nil, err
	}
	return build.Format(f), nil
}
