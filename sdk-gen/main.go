// Command sdk-gen turns the provider's schema into the SDKs its users import.
//
// It binds the schema with Pulumi's own binder and drives Pulumi's own Python
// and Node.js generators; what a generated file looks like is theirs to decide.
// It knows no resource of the provider and never touches the network.
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

// The name the generated files give as their author.
const tool = "sdk-gen"

func main() {
	schemaFile := flag.String("schema", "../schema/schema.json", "the schema to read")
	pythonDir := flag.String("python", "", "the directory the Python SDK replaces; empty for none")
	nodejsDir := flag.String("nodejs", "", "the directory the Node.js SDK replaces; empty for none")
	check := flag.Bool("check", false, "only bind the schema and report what the binder says")
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
		return errors.New("--check writes nothing: leave out --python and --nodejs")
	}
	if !check && pythonDir == "" && nodejsDir == "" {
		return errors.New("nothing to do: give --python, --nodejs or --check")
	}

	// A bound package holds caches that a generator fills, so each gets its own.
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

// bind reads the schema strictly and prints each of the binder's diagnostics.
// Warnings pass; errors do not.
func bind(schemaFile string) (*schema.Package, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}

	// A misspelt key would otherwise vanish without a word.
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
		return nil, fmt.Errorf("%s does not bind: %w", schemaFile, err)
	}
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("%s does not bind", schemaFile)
	}
	return pkg, nil
}

// replace makes dir hold the given files and nothing else, so that a resource
// that left the schema leaves the SDK too. The files are complete before the
// old directory goes.
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
