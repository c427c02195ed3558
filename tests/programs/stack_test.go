// Deploys the function deploy of a program inline, deploys it again without a
// change, and destroys it. Copied into the directory of the program.

package main

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

func TestTheProgramIsDeployed(t *testing.T) {
	ctx := context.Background()
	stack, err := auto.UpsertStackInlineSource(ctx, "dev", "web", deploy)
	if err != nil {
		t.Fatal(err)
	}
	if err := stack.SetConfig(ctx, "apiKey", auto.ConfigValue{Value: "api-key-canary-1234", Secret: true}); err != nil {
		t.Fatal(err)
	}
	deployed, err := stack.Up(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if url, _ := deployed.Outputs["url"].Value.(string); !strings.HasPrefix(url, "https://") {
		t.Errorf("the output is %v", deployed.Outputs)
	}
	again, err := stack.Up(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if changes := *again.Summary.ResourceChanges; len(changes) != 1 || changes["same"] == 0 {
		t.Errorf("the second deployment changed %v", changes)
	}
	if _, err := stack.Destroy(ctx); err != nil {
		t.Fatal(err)
	}
}
