//go:build tools

// Package tools pins the sops that the tests build; the build list is all it is for.
package tools

import (
	_ "filippo.io/age/cmd/age-keygen"
	_ "github.com/getsops/sops/v3/cmd/sops"
)
