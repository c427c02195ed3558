// Unit tests of the program with Pulumi's mocks for the engine and all resources.
//
//     npx tsc && node --test bin
import * as assert from "node:assert";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";

const seen: Record<string, any> = {};

pulumi.runtime.setMocks(
    {
        newResource: (args) => {
            seen[args.name] = { type: args.type, ...args.inputs };
            return { id: `${args.name}-id`, state: { ...args.inputs, endpoints: { api: "https://api.example" } } };
        },
        call: () => ({}),
    },
    "project",
    "production",
);
pulumi.runtime.setAllConfig({
    "project:image": "images.example",
    "project:version": "1.4.0",
    "project:runners": "2",
    "project:databaseNodeType": "DB-GP-XS",
    "project:highlyAvailable": "true",
    "project:backupDays": "30",
    "project:modelApiKey": "secret",
    "project:alertEmails": JSON.stringify(["on-call@example.org"]),
});

test("production is safe", async () => {
    const program = await import("./index");
    await new Promise((done) => program.application.urn.apply(done));
    const application = seen["evalap"];
    assert.equal(application.type, "evalap-scaleway:evalap/application:Application");
    assert.equal(application.environment, "production");
    assert.equal(application.database.highAvailability, true);
    assert.ok(application.database.backupRetentionDays >= 30);
    assert.equal(application.withStorage, true);
    assert.deepEqual(application.alertEmails, ["on-call@example.org"]);
    const open = application.services.filter((service: any) => service.isPublic).map((service: any) => service.name);
    assert.deepEqual(open, ["api", "web"], "the runners are not public");
});
