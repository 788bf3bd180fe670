package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (a *App) checkCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Find all errors in runbooks, libraries, sites, scenarios and tests",
		Long: `check reads Starlark files and says everything that is wrong with them, with the
place and the line: what cannot be parsed, names that do not exist, files that
cannot be loaded, wrong arguments of builtins as far as they can be known without
running anything, parameters of main that --set could not give. Nothing is
executed but the top level of each file, which can have no effects.

PATH is a file or a folder, by default the current one. A file site.star is a
site; files in a folder scenarios, or that end in .scenario.star, are scenarios;
those that end in _test.star are tests; the rest are runbooks and libraries.

The exit status is 3 if there is any error.`,
		Example: `  runbook check
  runbook check mysite/lib/node.star
  runbook check --json | jq -r 'select(.message) | .file'`,
		RunE: func(_ *cobra.Command, args []string) error { return a.check(args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON line for each error, and one for the summary")
	return grouped("write", cmd)
}

func (a *App) check(paths []string, asJSON bool) error {
	files, err := starFiles("check", paths)
	if err != nil {
		return err
	}
	var all []problem
	for _, f := range files {
		all = append(all, a.checkFile(f)...)
	}
	all = ordered(all)
	if asJSON {
		err = a.problemsJSON(all, len(files))
	} else {
		for _, p := range all {
			p.write(a.stdout, a.outColor())
		}
		_, err = fmt.Fprintf(a.stdout, "%s, %s\n", count(int64(len(files)), "file"), count(int64(len(all)), "error"))
	}
	if err == nil && len(all) > 0 {
		err = &exitError{code: InvalidScript, err: errors.New("there are errors"), silent: true}
	}
	return err
}

// ordered sorts problems by place and leaves out what is there twice: a file
// may be loaded by many.
func ordered(all []problem) []problem {
	slices.SortStableFunc(all, func(a, b problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.CompactFunc(all, func(a, b problem) bool {
		return a.place() == b.place() && a.Message == b.Message
	})
}

func (a *App) problemsJSON(all []problem, files int) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	for _, p := range all {
		if err := enc.Encode(p); err != nil {
			return err
		}
	}
	return enc.Encode(struct {
		Files  int `json:"files"`
		Errors int `json:"errors"`
	}{files, len(all)})
}

// starFiles finds the Starlark files of paths, each once, in their order;
// without paths, those of the current folder.
func starFiles(verb string, paths []string) ([]checked, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var files []checked
	seen := map[string]bool{}
	add := func(path, top string) {
		if path = filepath.Clean(path); !seen[path] {
			seen[path] = true
			files = append(files, checked{path: path, root: rootOf(path, top)})
		}
	}
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil {
			return nil, usage("%s: %s: %w", verb, path, cause(err))
		}
		if !st.IsDir() {
			top := filepath.Dir(path)
			if filepath.IsLocal(path) {
				top = "." // as for exec, what is beside its folder can be loaded
			}
			add(path, top)
			continue
		}
		found := len(files)
		err = filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return usage("%s: %s: %w", verb, file, cause(err))
			case d.IsDir() && file != path && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			case !d.IsDir() && strings.HasSuffix(file, ".star"):
				add(file, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(files) == found {
			return nil, usage("%s: %s: got no .star file in it", verb, path)
		}
	}
	return files, nil
}

// rootOf is the folder that a file's loads may not leave: that of its site, or
// the folder that is checked.
func rootOf(path, top string) string {
	dir, err := filepath.Abs(filepath.Dir(path))
	for err == nil {
		if fileExists(filepath.Join(dir, siteFile)) {
			return dir
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		break
	}
	return top
}

// fileExists reports whether there is a file, and no folder, of that name.
func fileExists(name string) bool {
	st, err := os.Stat(name)
	return err == nil && !st.IsDir()
}
