// EvalAP on Scaleway in thirty lines. Pulumi.<stack>.yaml configures the environments.
import * as scaleway from "@evalap/scaleway";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const image = (name: string) => `${config.require("image")}/${name}:${config.require("version")}`;

export const application = new scaleway.evalap.Application("evalap", {
    environment: pulumi.getStack(),
    owner: "evalap-team",
    services: [
        { name: "api", image: image("api"), isPublic: true, healthPath: "/health" },
        { name: "runners", image: image("runners"), minScale: config.requireNumber("runners") },
        { name: "web", image: image("web"), isPublic: true, usesDatabase: false },
    ],
    database: {
        nodeType: config.require("databaseNodeType"),
        highAvailability: config.requireBoolean("highlyAvailable"),
        backupRetentionDays: config.requireNumber("backupDays"),
    },
    withStorage: true,
    secrets: { "model-api-key": config.requireSecret("modelApiKey") as unknown as string },
    access: { generativeApis: "call" },
    alertEmails: config.getObject<string[]>("alertEmails"),
});

export const endpoints = application.endpoints;
export const docs = pulumi.interpolate`${application.endpoints.api}/docs`;
export const databaseUrl = application.databaseUrl;
