// Package runbooks holds the shipped runbooks: plain files that a site may
// copy and edit.
package runbooks

import "embed"

// Files are the shipped runbooks and their library, by path.
//
//go:embed *.star interlocks/*.star lib/*.star exasol/*.star rhino/*.star demo/*.star template/*.star template/scenarios/*.star
var Files embed.FS
