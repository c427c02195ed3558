package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// A program as `pulumi import` and `pulumi convert` write it: with the imports
// that follow from the schema. It does not import the root package, whose flat
// names take minutes to compile.
const program = `package main

import (
	"github.com/evalap/pulumi-evalap-scaleway/sdk/go/scaleway/evalap"
	"github.com/evalap/pulumi-evalap-scaleway/sdk/go/scaleway/network"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		vpc, err := network.NewVpc(ctx, "main", &network.VpcArgs{Tags: pulumi.StringArray{pulumi.String("go")}})
		if err != nil {
			return err
		}
		private, err := network.NewPrivateNetwork(ctx, "main", &network.PrivateNetworkArgs{VpcId: vpc.ID()})
		if err != nil {
			return err
		}
		found := network.GetVpcsOutput(ctx, network.GetVpcsOutputArgs{Name: vpc.Name})
		images, err := evalap.NewContainerRegistry(ctx, "images", &evalap.ContainerRegistryArgs{Environment: "dev"})
		if err != nil {
			return err
		}
		ctx.Export("prefix", images.Endpoint)
		ctx.Export("vpcs", found.Vpcs())
		ctx.Export("network", private.ID())
		return nil
	})
}
`

func TestGoProgramsCompileWithTheGeneratedSDK(t *testing.T) {
	page, err := os.ReadFile("../docs/languages.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := goBlock.FindSubmatch(page)
	if shown == nil {
		t.Fatal("docs/languages.md contains no program in Go")
	}
	dir := t.TempDir()
	sdk := filepath.Join(dir, "sdk")
	if err := run("../schema/schema.json", directories{"go": sdk}, false); err != nil {
		t.Fatal(err)
	}
	// The programs are in the module of the SDK, so that one go.sum is enough.
	for name, text := range map[string][]byte{"program": []byte(program), "shown": shown[1]} {
		main := filepath.Join(sdk, name, "main.go")
		if err := os.MkdirAll(filepath.Dir(main), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(main, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, arguments := range [][]string{{"mod", "tidy"}, {"vet", "./program", "./shown"}} {
		command := exec.Command("go", arguments...)
		command.Dir = sdk
		command.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, output)
		}
	}
}
