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

// Pulumi's Python generator imports subpackages when they are first used, but
// all classes of a package at once, and the types of their arguments with them.
// A program that makes one database would pay for every class there is. So the
// same is done for classes: type checkers see the generator's own imports, a
// running program gets a name when it first asks for it.

var (
	// The imports the generator writes for the members of a package.
	members = regexp.MustCompile(
		`(?m)^# Export this package's modules as members:\n((?:from \.\w+ import \*\n)+)(from \. import outputs\n)?`)
	home    = regexp.MustCompile(`from \.(\w+) import \*`)
	exports = regexp.MustCompile(`(?ms)^__all__ = \[(.*?)\]`)
	quoted  = regexp.MustCompile(`'(\w+)'`)
)

// makeLazy rewrites each package of a Python SDK. A package that does not look
// as expected is an error: its members would otherwise be missing.
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
	homes := map[string]string{}
	for _, found := range home.FindAllStringSubmatch(eager, -1) {
		list := exports.FindSubmatch(sdk[path.Join(dir, found[1]+".py")])
		if list == nil {
			return nil, fmt.Errorf("%s.py does not say what it exports", found[1])
		}
		for _, name := range quoted.FindAllSubmatch(list[1], -1) {
			homes[string(name[1])] = found[1]
		}
	}
	outputs := ""
	if place[4] >= 0 {
		eager += string(text[place[4]:place[5]])
		outputs = fmt.Sprintf("    outputs = _utilities.lazy_import('%s.outputs')\n", strings.ReplaceAll(dir, "/", "."))
	}
	lazy := &bytes.Buffer{}
	lazy.Write(text[:place[0]])
	lazy.WriteString("# Export this package's modules as members, each when it is first asked for:\n")
	lazy.WriteString("if typing.TYPE_CHECKING:\n")
	for _, line := range strings.Split(strings.TrimSuffix(eager, "\n"), "\n") {
		fmt.Fprintf(lazy, "    %s\n", line)
	}
	lazy.WriteString("else:\n    _homes = {\n")
	for _, name := range slices.Sorted(maps.Keys(homes)) {
		fmt.Fprintf(lazy, "        '%s': '%s',\n", name, homes[name])
	}
	lazy.WriteString("    }\n" + outputs + lookup)
	lazy.Write(text[place[1]:])
	return lazy.Bytes(), nil
}

// Importing a file binds its name in the package; where a function has the same
// name (`get_container`), the function must be what stays.
const lookup = `
    def __getattr__(name):
        if name not in _homes:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib
        home = importlib.import_module('.' + _homes[name], __name__)
        globals().update({member: getattr(home, member) for member in home.__all__})
        return globals()[name]

    def __dir__():
        return sorted({*globals(), *_homes})

    __all__ = list(_homes)
`
