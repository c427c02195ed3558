package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const minimal = `{
	"name": "evalap-scaleway",
	"version": "1.2.3",
	"meta": {"moduleFormat": "(.*)(?:/[^/]*)"},
	"resources": {
		"evalap-scaleway:registry/namespace:Namespace": {
			"properties": {"name": {"type": "string", "description": "Its name."}},
			"inputProperties": {"name": {"type": "string", "description": "Its name."}}
		}
	},
	"language": {
		"python": {"packageName": "evalap_scaleway", "respectSchemaVersion": true, "pyproject": {"enabled": true}},
		"nodejs": {"packageName": "@evalap/scaleway", "respectSchemaVersion": true},
		"go": {
			"importBasePath": "example.org/sdk/go/scaleway", "modulePath": "example.org/sdk/go",
			"respectSchemaVersion": true
		}
	}
}`

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "schema.json")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// assertContents checks that each file, by path, contains a string.
func assertContents(t *testing.T, files map[string]string) {
	t.Helper()
	for path, expected := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		} else if !strings.Contains(string(text), expected) {
			t.Errorf("%s does not contain %q", path, expected)
		}
	}
}

func TestValidSchemaGeneratesAllSDKs(t *testing.T) {
	dir := t.TempDir()
	python, nodejs, golang := filepath.Join(dir, "python"), filepath.Join(dir, "nodejs"), filepath.Join(dir, "go")
	if err := run(write(t, minimal), directories{"python": python, "nodejs": nodejs, "go": golang}, false); err != nil {
		t.Fatal(err)
	}
	assertContents(t, map[string]string{
		filepath.Join(python, "pyproject.toml"):                           `version = "1.2.3"`,
		filepath.Join(python, "evalap_scaleway", "registry/namespace.py"): "class Namespace(",
		filepath.Join(python, "evalap_scaleway", "_utilities.py"):         "_version = SemverVersion.parse('1.2.3')\n_version_str = ",
		filepath.Join(nodejs, "package.json"):                             `"@evalap/scaleway"`,
		filepath.Join(nodejs, "registry", "namespace.ts"):                 "export class Namespace ",
		filepath.Join(golang, "go.mod"):                                   "module example.org/sdk/go\n",
		filepath.Join(golang, "scaleway", "registry", "namespace.go"):     "type Namespace struct",
	})
}

// The version is in the files, so the SDK does not look for it when it is imported.
func TestPythonSDKNeedsNoLibraryForItsVersion(t *testing.T) {
	python := filepath.Join(t.TempDir(), "python")
	if err := run(write(t, minimal), directories{"python": python}, false); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pyproject.toml", "evalap_scaleway/_utilities.py"} {
		text, err := os.ReadFile(filepath.Join(python, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, library := range []string{"parver", "importlib.metadata"} {
			if strings.Contains(string(text), library) {
				t.Errorf("%s contains %q", name, library)
			}
		}
	}
}

// scripts/sdk adds the URL. For programs, it is in the options of resources and
// functions; for the CLI, in the description of the plugin.
func TestSDKsContainTheDownloadURLOfThePlugin(t *testing.T) {
	dir := t.TempDir()
	python, nodejs, golang := filepath.Join(dir, "python"), filepath.Join(dir, "nodejs"), filepath.Join(dir, "go")
	url := "https://releases.example.com/${VERSION}"
	schema := write(t, strings.Replace(minimal, "{", `{"pluginDownloadURL": "`+url+`",`, 1))
	if err := run(schema, directories{"python": python, "nodejs": nodejs, "go": golang}, false); err != nil {
		t.Fatal(err)
	}
	assertContents(t, map[string]string{
		filepath.Join(python, "evalap_scaleway", "_utilities.py"):           "def get_plugin_download_url():\n\treturn \"" + url + `"`,
		filepath.Join(python, "evalap_scaleway", "pulumi-plugin.json"):      `"server": "` + url + `"`,
		filepath.Join(nodejs, "utilities.ts"):                               `pluginDownloadURL: "` + url + `"`,
		filepath.Join(nodejs, "package.json"):                               `"server": "` + url + `"`,
		filepath.Join(golang, "scaleway", "internal", "pulumiUtilities.go"): `pulumi.PluginDownloadURL("` + url + `")`,
		filepath.Join(golang, "scaleway", "pulumi-plugin.json"):             `"server": "` + url + `"`,
	})
}

// `pulumi package add` sets supportPack, and runs the same generators in the
// language hosts.
func TestLocalSDKsHaveTheNamesOfReleases(t *testing.T) {
	dir := t.TempDir()
	python, nodejs := filepath.Join(dir, "python"), filepath.Join(dir, "nodejs")
	schema := write(t, strings.Replace(minimal, `"meta": {`, `"meta": {"supportPack": true, `, 1))
	if err := run(schema, directories{"python": python, "nodejs": nodejs}, false); err != nil {
		t.Fatal(err)
	}
	assertContents(t, map[string]string{
		filepath.Join(python, "pyproject.toml"):                     "name = \"evalap_scaleway\"",
		filepath.Join(python, "evalap_scaleway", "_utilities.py"):   `return "1.2.3"`,
		filepath.Join(nodejs, "package.json"):                       `"name": "@evalap/scaleway"`,
		filepath.Join(nodejs, "scripts", "postinstall.js"):          "tsc",
		filepath.Join(python, "evalap_scaleway/pulumi-plugin.json"): `"version": "1.2.3"`,
	})
}

func TestInvalidSchemaIsRejected(t *testing.T) {
	for name, broken := range map[string]string{
		"a misspelt key":       strings.Replace(minimal, `"inputProperties"`, `"inputsProperties"`, 1),
		"a dangling reference": strings.Replace(minimal, `"type": "string"`, `"$ref": "#/types/evalap-scaleway:a/b:B"`, 1),
		"an unknown type":      strings.Replace(minimal, `"type": "string"`, `"type": "text"`, 1),
		"invalid JSON":         minimal[:40],
	} {
		if broken == minimal {
			t.Fatalf("%s: nothing was changed", name)
		}
		if err := run(write(t, broken), nil, true); err == nil {
			t.Errorf("%s: no error was returned", name)
		}
	}
}

func TestFilesOfRemovedResourcesAreDeleted(t *testing.T) {
	python := filepath.Join(t.TempDir(), "python")
	left := filepath.Join(python, "evalap_scaleway", "gone.py")
	if err := os.MkdirAll(filepath.Dir(left), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(write(t, minimal), directories{"python": python}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s exists: %v", left, err)
	}
}

func TestMembersOfAPackageAreImportedOnFirstUse(t *testing.T) {
	python := filepath.Join(t.TempDir(), "python")
	if err := run(write(t, minimal), directories{"python": python}, false); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(python, "evalap_scaleway", "registry", "__init__.py"))
	if err != nil {
		t.Fatal(err)
	}
	for _, expected := range []string{
		"if typing.TYPE_CHECKING:\n    from .namespace import *\nelse:",
		"        'Namespace': 'namespace',\n        'NamespaceArgs': 'namespace',\n",
	} {
		if !strings.Contains(string(text), expected) {
			t.Errorf("%q is not in:\n%s", expected, text)
		}
	}
}

func TestMakeLazyRejectsUnexpectedPackageStructure(t *testing.T) {
	for name, sdk := range map[string]files{
		"an import elsewhere": {"a/__init__.py": []byte("from .b import *\n")},
		"a file without a list of exported names": {
			"a/__init__.py": []byte("# Export this package's modules as members:\nfrom .b import *\n"),
			"a/b.py":        []byte("class B: ...\n"),
		},
	} {
		if err := makeLazy(sdk); err == nil {
			t.Errorf("%s: no error was returned", name)
		}
	}
}

func TestMissingOrConflictingOptionsAreErrors(t *testing.T) {
	schema := write(t, minimal)
	if err := run(schema, nil, false); err == nil {
		t.Error("no error without an SDK directory and without --check")
	}
	if err := run(schema, directories{"go": t.TempDir()}, true); err == nil {
		t.Error("--check together with an output passed")
	}
}
