package main

import (
	"errors"
	"fmt"
	"path"
	"regexp"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// At each import, the Python SDK of Pulumi's generator reads its version from
// the metadata of the installed package, and converts it. The libraries for
// that take more memory than the rest of the import. The version is the one of
// the schema, so it is written into the SDK.

var (
	versionImports = regexp.MustCompile(`(?m)^(?:import importlib\.metadata|from parver import .*)\n`)
	versionLookup  = regexp.MustCompile(`(?ms)^def _get_semver_version\(\):\n.*?^_version = _get_semver_version\(\)\n`)
	versionLibrary = regexp.MustCompile(`"parver[^"]*", `)
)

// writeVersion writes the version into a Python SDK, which then does not need
// the library `parver`. An SDK with another structure is an error.
func writeVersion(sdk files, pkg *schema.Package) error {
	if pkg.Version == nil {
		return errors.New("the schema has no version")
	}
	constant := fmt.Sprintf("_version = SemverVersion.parse('%s')\n", pkg.Version)
	for name, text := range sdk {
		switch path.Base(name) {
		case "_utilities.py":
			if !versionLookup.Match(text) {
				return fmt.Errorf("%s: its version is not determined in the expected way", name)
			}
			text = versionLookup.ReplaceAllLiteral(text, []byte(constant))
			sdk[name] = versionImports.ReplaceAll(text, nil)
		case "pyproject.toml":
			sdk[name] = versionLibrary.ReplaceAll(text, nil)
		}
	}
	return nil
}
