// Converts the Terraform programs of this directory with the schema and the mapping of the plugin, as
// `pulumi convert --from terraform` does, and prints or compares the result (Pulumi's intermediate language).
//
//	go -C tests/terraform run . write    writes the expected results
//	go -C tests/terraform run . check    compares them
//
// The converter checks each result against the schema: every property must exist and have the type of its value.
// It is a module of its own, because the converter is large and nothing else needs it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tf2pulumi/convert"
	mapping "github.com/pulumi/pulumi/pkg/v3/codegen/convert"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const root = "../../schema/"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 || (arguments[0] != "write" && arguments[0] != "check") {
		return fmt.Errorf("usage: go run . write|check")
	}
	programs, err := filepath.Glob("*/main.tf")
	if err != nil || len(programs) == 0 {
		return fmt.Errorf("no programs in this directory: %w", err)
	}
	for _, program := range programs {
		converted, err := converted(filepath.Dir(program))
		if err != nil {
			return fmt.Errorf("%s: %w", program, err)
		}
		expected := filepath.Join(filepath.Dir(program), "main.pp")
		if arguments[0] == "write" {
			if err := os.WriteFile(expected, converted, 0o600); err != nil {
				return err
			}
			continue
		}
		found, err := os.ReadFile(expected) // #nosec G304 -- a file of this directory
		if err != nil {
			return err
		}
		if !bytes.Equal(found, converted) {
			return fmt.Errorf("%s differs from the conversion; run `go -C tests/terraform run . write`", expected)
		}
	}
	return nil
}

func converted(directory string) ([]byte, error) {
	_, program, err := convert.Eject(directory, loader{}, mapper{})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for path, source := range program.Source() {
		fmt.Fprintf(&out, "# %s\n%s", path, strings.TrimLeft(source, "\n"))
	}
	return out.Bytes(), nil
}

// mapper returns the mapping of this package for every provider.
type mapper struct{}

func (mapper) GetMapping(context.Context, string, *mapping.MapperPackageHint) ([]byte, error) {
	return os.ReadFile(root + "terraform.json")
}

// loader returns the schema of this package.
type loader struct{}

func (l loader) LoadPackage(string, *semver.Version) (*schema.Package, error) {
	text, err := os.ReadFile(root + "schema.json")
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	bound, diagnostics, err := schema.BindSpec(spec, l, schema.ValidationOptions{})
	if err == nil && diagnostics.HasErrors() {
		err = diagnostics
	}
	return bound, err
}

func (l loader) LoadPackageV2(_ context.Context, descriptor *schema.PackageDescriptor) (*schema.Package, error) {
	return l.LoadPackage(descriptor.Name, descriptor.Version)
}

func (l loader) LoadPackageReference(name string, version *semver.Version) (schema.PackageReference, error) {
	bound, err := l.LoadPackage(name, version)
	if err != nil {
		return nil, err
	}
	return bound.Reference(), nil
}

func (l loader) LoadPackageReferenceV2(_ context.Context, descriptor *schema.PackageDescriptor) (schema.PackageReference, error) {
	return l.LoadPackageReference(descriptor.Name, descriptor.Version)
}
