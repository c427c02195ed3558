// Command sdk-gen generates the SDKs from the provider's schema.
//
// It binds the schema with Pulumi's binder and runs Pulumi's generators for
// Python, Node.js and Go. It uses no network.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Author in the generated files.
const tool = "sdk-gen"

// The module that a Go SDK needs.
const pulumiSDK = "github.com/pulumi/pulumi/sdk/v3"

//go:embed go.mod
var modules string

var pinned = regexp.MustCompile(regexp.QuoteMeta(pulumiSDK) + ` (v\S+)`)

// target is one SDK: its option, and the generator of its files.
type target struct {
	option, language string
	generator        func(*schema.Package) (files, error)
}

var targets = []target{
	{"python", "Python", generatePython},
	{"nodejs", "Node.js", generateNodejs},
	{"go", "Go", generateGo},
}

// directories maps the options of targets to directories; an SDK without a
// directory is not generated.
type directories map[string]string

func main() {
	schemaFile := flag.String("schema", "../schema/schema.json", "the schema to read")
	chosen := map[string]*string{}
	for _, target := range targets {
		usage := fmt.Sprintf("directory of the %s SDK, which is replaced; empty for none", target.language)
		chosen[target.option] = flag.String(target.option, "", usage)
	}
	check := flag.Bool("check", false, "only bind the schema and print the diagnostics")
	flag.Parse()

	dirs := directories{}
	for option, dir := range chosen {
		if *dir != "" {
			dirs[option] = *dir
		}
	}
	if err := run(*schemaFile, dirs, *check); err != nil {
		fmt.Fprintln(os.Stderr, "sdk-gen:", err)
		os.Exit(1)
	}
}

func run(schemaFile string, dirs directories, check bool) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if check && len(dirs) > 0 {
		return errors.New("--check conflicts with the directory of an SDK")
	}
	if !check && len(dirs) == 0 {
		return errors.New("set --python, --nodejs, --go or --check")
	}

	// A bound package has caches that a generator fills, so each gets its own.
	if check {
		_, err := bind(schemaFile)
		return err
	}
	for _, target := range targets {
		dir, ok := dirs[target.option]
		if !ok {
			continue
		}
		if err := generate(schemaFile, dir, target.generator); err != nil {
			return fmt.Errorf("the %s SDK: %w", target.language, err)
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
	return sdk, errors.Join(writeVersion(sdk, pkg), makeLazy(sdk))
}

// generateNodejs generates a local SDK, which is compiled when it is installed,
// if the schema has the metadata that `pulumi package add` sets.
func generateNodejs(pkg *schema.Package) (files, error) {
	return nodejs.GeneratePackage(tool, pkg, nil, nil, pkg.SupportPack, nil)
}

// generateGo adds a go.mod, which Pulumi's generator expects to exist. The
// version of Pulumi's Go SDK is the one of the generator.
func generateGo(pkg *schema.Package) (files, error) {
	sdk, err := gogen.GeneratePackage(tool, pkg, nil)
	if err != nil {
		return nil, err
	}
	info, ok := pkg.Language["go"].(gogen.GoPackageInfo)
	if !ok || info.ModulePath == "" {
		return nil, errors.New("the schema has no language.go.modulePath")
	}
	version := pinned.FindStringSubmatch(modules)
	if version == nil {
		return nil, fmt.Errorf("go.mod does not require %s", pulumiSDK)
	}
	sdk["go.mod"] = fmt.Appendf(nil, "module %s\n\ngo 1.25.0\n\nrequire %s %s\n", info.ModulePath, pulumiSDK, version[1])
	return sdk, nil
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
