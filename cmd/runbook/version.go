package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *App) versionCommand() *cobra.Command {
	return grouped("other", &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `version prints the version, and what it was built with and for. A journal says
which version wrote it; later ones read it.`,
		Example: `  runbook version`,
		Args:    exactly(0),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.stdout, "runbook %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	})
}
