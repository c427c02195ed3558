package main

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Pulumi's Python generator imports subpackages on first use, but all classes of
// a package at once, with the types of their arguments. A program with one
// database would import every class. So classes are imported on first use too:
// type checkers use the generator's own imports, a running program imports a
// name when it is first used.

var (
	// The generator's imports of the members of a package.
	members = regexp.MustCompile(
		`(?m)^# Export this package's modules as members:\n((?:from \.\w+ import \*\n)+)(from \. import outputs\n)?`)
	module  = regexp.MustCompile(`from \.(\w+) import \*`)
	exports = regexp.MustCompile(`(?ms)^__all__ = \[(.*?)\]`)
	quoted  = regexp.MustCompile(`'(\w+)'`)
)

// makeLazy rewrites each package of a Python SDK. A package with another
// structure is an error: its members would otherwise be missing.
func makeLazy(sdk files) error {
	for name, text := range sdk {
		if path.Base(name) != "__init__.py" || !bytes.Contains(text, []byte("import *")) {
			continue
		}
		lazy, err := lazyPackage(sdk, path.Dir(name), text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		sdk[name] = lazy
	}
	return nil
}

func lazyPackage(sdk files, dir string, text []byte) ([]byte, error) {
	place := members.FindSubmatchIndex(text)
	if place == nil {
		return nil, fmt.Errorf("its members are not imported in the expected way")
	}
	eager := string(text[place[2]:place[3]])
	modules := map[string]string{}
	for _, found := range module.FindAllStringSubmatch(eager, -1) {
		list := exports.FindSubmatch(sdk[path.Join(dir, found[1]+".py")])
		if list == nil {
			return nil, fmt.Errorf("%s.py has no list of exported names", found[1])
		}
		for _, name := range quoted.FindAllSubmatch(list[1], -1) {
			modules[string(name[1])] = found[1]
		}
	}
	outputs := ""
	if place[4] >= 0 {
		eager += string(text[place[4]:place[5]])
		outputs = fmt.Sprintf("    outputs = _utilities.lazy_import('%s.outputs')\n", strings.ReplaceAll(dir, "/", "."))
	}
	lazy := &bytes.Buffer{}
	lazy.Write(text[:place[0]])
	lazy.WriteString("# Export this package's modules as members, each on first use:\n")
	lazy.WriteString("if typing.TYPE_CHECKING:\n")
	for _, line := range strings.Split(strings.TrimSuffix(eager, "\n"), "\n") {
		fmt.Fprintf(lazy, "    %s\n", line)
	}
	lazy.WriteString("else:\n    _modules = {\n")
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		fmt.Fprintf(lazy, "        '%s': '%s',\n", name, modules[name])
	}
	lazy.WriteString("    }\n" + outputs + lookup)
	lazy.Write(text[place[1]:])
	return lazy.Bytes(), nil
}

// Importing a file sets its name in the package; if a function has the same
// name (`get_container`), the name must be the function.
const lookup = `
    def __getattr__(name):
        if name not in _modules:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib
        module = importlib.import_module('.' + _modules[name], __name__)
        globals().update({member: getattr(module, member) for member in module.__all__})
        return globals()[name]

    def __dir__():
        return sorted({*globals(), *_modules})

    __all__ = list(_modules)
`
