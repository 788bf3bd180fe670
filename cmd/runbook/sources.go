package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"runbook/interpreter"
	"runbook/runbooks"
)

// siteRoot is the root of the names of a site's own files.
const siteRoot = "@site//"

// siteFile is the name of the file that describes a site.
const siteFile = "site.star"

// A workplace is where the files of one command come from: a runbook below one
// folder, a site below another, and what is shipped.
type workplace struct {
	runbook string // name of the runbook, as the interpreter knows it; "" for none
	site    string // name of the site's file; "" for none
	origin  string // where the runbook was found, for people
	place   string // where the site was found, for people
	root    string // folder that the runbook's names are relative to
	home    string // folder that the site's names are relative to

	edited map[string][]byte // files that are to be other than they are, by name
}

// Read finds a source by name.
func (w *workplace) Read(name string) ([]byte, error) {
	if src := w.edited[name]; src != nil {
		return src, nil
	}
	root, file := interpreter.Split(name)
	var src []byte
	var err error
	switch {
	case root == interpreter.Shipped, root == siteRoot && w.home == "":
		src, err = runbooks.Files.ReadFile(file)
	case root == siteRoot:
		src, err = os.ReadFile(filepath.Join(w.home, filepath.FromSlash(file)))
	default:
		src, err = os.ReadFile(filepath.Join(w.root, filepath.FromSlash(file)))
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", name, cause(err))
	}
	return src, err
}

// cause is an error of the file system without its operation and path.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// find looks a runbook up as a path, then among the shipped ones, and the site
// as it was given or upwards from the runbook.
func (a *App) find(file, site string) (*workplace, error) {
	w := &workplace{}
	path, onDisk := "", false
	if file != "" {
		if fileExists(file) {
			path, onDisk = file, true
		} else if !isShipped(file) {
			return nil, notFound(file)
		}
	}
	if err := w.findSite(site, path); err != nil {
		return nil, err
	}
	switch {
	case onDisk:
		w.origin = path
		w.setRoot(path, "")
	case file != "":
		w.runbook, w.origin = interpreter.Shipped+filepath.ToSlash(filepath.Clean(file)), "shipped"
	}
	return w, nil
}

// setRoot sets the folder that a runbook's loads may not leave: its site's, or
// the one given, or that of a site.star above it, or the current one, or its own.
func (w *workplace) setRoot(path, given string) {
	wd, _ := os.Getwd() // "" is no folder above
	for _, root := range []string{w.home, given, rootOf(path, ""), wd} {
		if below, err := relative(root, path); root != "" && err == nil {
			w.root, w.runbook = root, below
			return
		}
	}
	w.root, w.runbook = filepath.Dir(path), filepath.Base(path)
}

// findSite sets the site: the one that is named, or site.star in the runbook's
// folder or one above it, or in the current folder.
func (w *workplace) findSite(site, runbook string) error {
	if site != "" {
		if !fileExists(site) {
			return usage("--site %s: got no file there, want a site file", site)
		}
		w.setSite(site)
		return nil
	}
	dir, err := filepath.Abs(filepath.Dir(runbook))
	if runbook == "" || err != nil {
		dir = "."
	}
	for {
		candidate := filepath.Join(dir, siteFile)
		if fileExists(candidate) {
			w.setSite(candidate)
			return nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	if fileExists(siteFile) {
		w.setSite(siteFile)
	}
	return nil
}

func (w *workplace) setSite(path string) {
	w.home, w.site, w.place = filepath.Dir(path), siteRoot+filepath.Base(path), path
	if wd, err := os.Getwd(); err == nil {
		if below, err := relative(wd, path); err == nil {
			w.place = below
		}
	}
}

// demoSite makes the embedded demo site the workplace's site.
func (w *workplace) demoSite() {
	w.home, w.site, w.place = "", siteRoot+"demo/site.star", "embedded demo"
}

// relative is path below dir, with slashes, or an error if it is not below.
func relative(dir, path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	base, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(base, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s: not below %s", path, dir)
	}
	return filepath.ToSlash(rel), nil
}

func isShipped(file string) bool {
	_, err := fs.Stat(runbooks.Files, filepath.ToSlash(filepath.Clean(file)))
	return err == nil && strings.HasSuffix(file, ".star") && !isTest(file)
}

// shipped lists the shipped runbooks: files that are no part of the library.
func shipped() []string {
	var names []string
	_ = fs.WalkDir(runbooks.Files, ".", func(path string, d fs.DirEntry, err error) error { // an embedded tree has no errors
		if err == nil && !d.IsDir() && isRunbook(path) {
			names = append(names, path)
		}
		return nil
	})
	sort.Strings(names)
	return names
}

// isRunbook tells a runbook from the other files that are shipped.
func isRunbook(path string) bool {
	return strings.HasSuffix(path, ".star") && !isTest(path) &&
		!strings.HasPrefix(path, "lib/") && !strings.HasPrefix(path, "demo/") && !strings.HasPrefix(path, "template/") && !isInterlock(path)
}

func notFound(file string) error {
	e := &exitError{code: Usage, err: fmt.Errorf("%s: no such file, and no shipped runbook of that name", file)}
	if s := interpreter.Nearest(shipped(), file); s != "" {
		e.hint = "did you mean " + s + "?"
	} else {
		e.hint = "shipped runbooks: " + strings.Join(shipped(), ", ")
	}
	return e
}
