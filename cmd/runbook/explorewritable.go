package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// writable refuses names that the report could not be written to, before hours
// go by.
func (o *exploreOptions) writable() error {
	for _, to := range []struct {
		flag, name string
		try        func(name string) error
	}{{"out", o.out, folderCanBe}, {"junit", o.junit, fileCanBe}, {"sarif", o.sarif, fileCanBe}} {
		if to.name == "" {
			continue
		}
		if err := to.try(to.name); err != nil {
			return usage("--%s %s: %w", to.flag, to.name, cause(err))
		}
	}
	return nil
}

// fileCanBe is the error of writing a file of that name. What is there stays as
// it is.
func fileCanBe(name string) error {
	_, err := os.Lstat(name)
	isNew := os.IsNotExist(err)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	err = f.Close()
	if isNew {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// folderCanBe is the error of writing into a folder of that name, which is made
// when it is needed: until then it need not be there.
func folderCanBe(name string) error {
	st, err := os.Stat(name)
	switch {
	case os.IsNotExist(err) && filepath.Dir(name) != name:
		return folderCanBe(filepath.Dir(name))
	case err != nil:
		return err
	case !st.IsDir():
		return syscall.ENOTDIR
	}
	f, err := os.CreateTemp(name, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
