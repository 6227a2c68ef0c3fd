//go:build tools

// Package tools pins the helm that the tests build; the build list is all it is for.
package tools

import _ "helm.sh/helm/v4/cmd/helm"
