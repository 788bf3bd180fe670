package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"runbook/runbooks"
)

func (a *App) initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Make a folder for a site: its description, the runbooks to edit, a scenario, a test",
		Long: `init writes an editable site folder: site.star, which names your clusters and
where their secrets are; the shipped runbooks with their library, to adapt; a
scenario to rehearse with; a test. Files that exist are never overwritten.`,
		Example: `  runbook init mysite && cd mysite
  runbook check .
  runbook exec startup.star --dry-run`,
		Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.init(args[0]) },
	}
	return grouped("write", cmd)
}

// siteFiles are the files of a new site folder, by path.
func siteFiles() map[string][]byte {
	files := map[string][]byte{}
	_ = fs.WalkDir(runbooks.Files, ".", func(path string, d fs.DirEntry, err error) error { // an embedded tree has no errors
		own := strings.TrimPrefix(path, "template/")
		if err != nil || d.IsDir() || strings.HasPrefix(path, "demo/") || isTest(path) && own == path {
			return err // the tests of shipped runbooks are about the demo site
		}
		src, err := runbooks.Files.ReadFile(path)
		files[own] = src
		return err
	})
	return files
}

func (a *App) init(dir string) error {
	files := siteFiles()
	paths := make([]string, 0, len(files))
	var existing []string
	for path := range files {
		paths = append(paths, path)
		if _, err := os.Lstat(filepath.Join(dir, path)); !errors.Is(err, fs.ErrNotExist) {
			existing = append(existing, path)
		}
	}
	sort.Strings(paths)
	sort.Strings(existing)
	if existing != nil {
		return &exitError{
			code: Usage, err: fmt.Errorf("%s: has %s already; nothing was written", dir, strings.Join(existing, ", ")),
			hint: "name a new folder, and compare: diff -r " + dir + " NEWDIR",
		}
	}
	for _, path := range paths {
		full := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(full, files[path], 0o666); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.stdout, "%s: %d files\n", dir, len(paths))
	fmt.Fprintf(a.stderr, `
next:
  cd %s
  edit site.star                                   name your clusters
  runbook check .                                  see that every file is valid
  runbook test                                     rehearse what its tests say
  runbook exec startup.star --dry-run              rehearse it
  runbook exec startup.star                        run
`, dir)
	return nil
}
