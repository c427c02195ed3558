// Command sdk-gen generates the SDKs from the provider's schema.
//
// It binds the schema with Pulumi's binder and runs Pulumi's generators for
// Python and Node.js. It uses no network.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Author in the generated files.
const tool = "sdk-gen"

func main() {
	schemaFile := flag.String("schema", "../schema/schema.json", "the schema to read")
	pythonDir := flag.String("python", "", "directory of the Python SDK, which is replaced; empty for none")
	nodejsDir := flag.String("nodejs", "", "directory of the Node.js SDK, which is replaced; empty for none")
	check := flag.Bool("check", false, "only bind the schema and print the diagnostics")
	flag.Parse()

	if err := run(*schemaFile, *pythonDir, *nodejsDir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "sdk-gen:", err)
		os.Exit(1)
	}
}

func run(schemaFile, pythonDir, nodejsDir string, check bool) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if check && (pythonDir != "" || nodejsDir != "") {
		return errors.New("--check conflicts with --python and --nodejs")
	}
	if !check && pythonDir == "" && nodejsDir == "" {
		return errors.New("set --python, --nodejs or --check")
	}

	// A bound package has caches that a generator fills, so each gets its own.
	if check {
		_, err := bind(schemaFile)
		return err
	}
	if pythonDir != "" {
		if err := generate(schemaFile, pythonDir, generatePython); err != nil {
			return fmt.Errorf("the Python SDK: %w", err)
		}
	}
	if nodejsDir != "" {
		if err := generate(schemaFile, nodejsDir, generateNodejs); err != nil {
			return fmt.Errorf("the Node.js SDK: %w", err)
		}
	}
	return nil
}

// files maps slash-separated paths inside an SDK to their contents.
type files map[string][]byte

func generatePython(pkg *schema.Package) (files, error) {
	sdk, err := python.GeneratePackage(tool, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	return sdk, makeLazy(sdk)
}

func generateNodejs(pkg *schema.Package) (files, error) {
	return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
}

func generate(schemaFile, dir string, generator func(*schema.Package) (files, error)) error {
	pkg, err := bind(schemaFile)
	if err != nil {
		return err
	}
	contents, err := generator(pkg)
	if err != nil {
		return err
	}
	return replace(dir, contents)
}

// bind parses the schema, rejects unknown keys, and prints the binder's
// diagnostics. Warnings are not errors.
func bind(schemaFile string) (*schema.Package, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}

	// A misspelt key would otherwise be ignored.
	var spec schema.PackageSpec
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return nil, fmt.Errorf("%s: %w", schemaFile, err)
	}

	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	for _, diagnostic := range diagnostics {
		fmt.Fprintln(os.Stderr, diagnostic)
	}
	if err != nil {
		return nil, fmt.Errorf("binding %s: %w", schemaFile, err)
	}
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("binding %s failed", schemaFile)
	}
	return pkg, nil
}

// replace writes the given files and removes all others, so that a resource
// that was removed from the schema is removed from the SDK. The files are
// complete before the old directory is deleted.
func replace(dir string, contents files) error {
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(parent, ".sdk-gen-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)

	for name, text := range contents {
		path := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}
