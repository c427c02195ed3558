/**
 * EvalAP on Scaleway: a web application with a database, secrets and monitoring.
 *
 * Pulumi.dev.yaml and Pulumi.production.yaml configure the two stacks. Set the secrets once per stack with
 * `pulumi config set --secret`, as described in the README.
 */

import * as pulumi from "@pulumi/pulumi";
import * as scaleway from "@evalap/scaleway";

const config = new pulumi.Config();
const environment = pulumi.getStack();
const tags = ["evalap", environment];

// --- Images ----------------------------------------------------------------------------------------------------------
// Resources without a name get an automatic name: the first argument and some random characters.

const images = new scaleway.registry.Namespace("evalap", { description: `Images of EvalAP, ${environment}` });

// --- Secrets ---------------------------------------------------------------------------------------------------------
// A secret has a name and a path; a version contains its value. A new value creates a new version.

const modelKey = config.requireSecret("modelApiKey");
const modelKeySecret = new scaleway.secrets.Secret("model-api-key", { path: `/evalap/${environment}`, tags });
new scaleway.secrets.Version("model-api-key", { secretId: modelKeySecret.id, data: modelKey });

// --- Identity --------------------------------------------------------------------------------------------------------
// The permissions and the API key of the application.

const application = new scaleway.iam.Application("evalap", { description: `EvalAP, ${environment}`, tags });
const policy = new scaleway.iam.Policy("evalap", {
    applicationId: application.id,
    rules: [
        {
            permissionSetNames: ["SecretManagerReadOnly", "SecretManagerSecretAccess"],
            projectIds: [images.projectId],
        },
    ],
});
const apiKey = new scaleway.iam.ApiKey("evalap", {
    applicationId: application.id,
    defaultProjectId: images.projectId,
});

// --- Network ---------------------------------------------------------------------------------------------------------

const vpc = new scaleway.network.Vpc("evalap", { tags });
const network = new scaleway.network.PrivateNetwork("evalap", {
    vpcId: vpc.id,
    ipv4Subnet: { subnet: "172.16.32.0/22" },
    tags,
});

// --- Database --------------------------------------------------------------------------------------------------------
// The database is in the private network. For developers it also has a public endpoint, restricted to their IP ranges.

const developerAddresses = config.getObject<string[]>("developerAddresses") ?? [];
const instance = new scaleway.databases.Instance("evalap", {
    engine: "PostgreSQL-16",
    nodeType: config.require("databaseNodeType"),
    volumeType: "sbs_5k",
    volumeSizeInGb: config.requireNumber("databaseVolumeGb"),
    isHaCluster: config.requireBoolean("highlyAvailable"),
    encryptionAtRest: true,
    backupScheduleFrequency: 24,
    backupScheduleRetention: config.requireNumber("backupDays"),
    userName: "evalap-admin",
    password: config.requireSecret("databaseAdminPassword"),
    privateNetwork: { pnId: network.id, enableIpam: true },
    loadBalancer: developerAddresses.length > 0 ? {} : undefined,
    tags,
});
if (developerAddresses.length > 0) {
    new scaleway.databases.Acl("developers", {
        instanceId: instance.id,
        aclRules: developerAddresses.map((ip) => ({ ip, description: "developers" })),
    });
}

const database = new scaleway.databases.Database("evalap", { instanceId: instance.id, name: "evalap" });
const password = config.requireSecret("databasePassword");
const user = new scaleway.databases.User("evalap", { instanceId: instance.id, name: "evalap", password });
const privilege = new scaleway.databases.Privilege("evalap", {
    instanceId: instance.id,
    databaseName: database.name,
    userName: user.name,
    permission: "all",
});

// The password makes this output a secret: Pulumi encrypts it in the state and hides it in the terminal.
const endpoint = instance.privateNetwork.apply((found) => found!);
const login = pulumi.interpolate`${user.name}:${password.apply(encodeURIComponent)}`;
const host = pulumi.interpolate`${endpoint.ip}:${endpoint.port}`;
const connectionString = pulumi.interpolate`postgresql://${login}@${host}/${database.name}?sslmode=require`;

// --- Monitoring ------------------------------------------------------------------------------------------------------

const retentionDays = config.requireNumber("retentionDays");
const metrics = new scaleway.observability.Source("evalap-metrics", { type: "metrics", retentionDays });
const logs = new scaleway.observability.Source("evalap-logs", { type: "logs", retentionDays });
const pushToken = new scaleway.observability.Token("evalap", {
    scopes: { writeMetrics: true, writeLogs: true },
});
const alerts = new scaleway.observability.AlertManager("evalap", {
    contactPoints: [{ email: config.require("alertEmail") }],
});

// --- Application -----------------------------------------------------------------------------------------------------

const containers = new scaleway.containers.Namespace("evalap", { description: `EvalAP, ${environment}`, tags });
const api = new scaleway.containers.Container(
    "api",
    {
        namespaceId: containers.id,
        image: pulumi.interpolate`${images.endpoint}/api:${config.require("imageTag")}`,
        port: 8080,
        cpuLimit: 500,
        memoryLimitBytes: 1_000_000_000,
        minScale: config.requireNumber("minScale"),
        maxScale: config.requireNumber("maxScale"),
        httpsConnectionsOnly: true,
        privateNetworkId: network.id,
        livenessProbe: { http: { path: "/health" }, failureThreshold: 3, interval: "30s", timeout: "5s" },
        environmentVariables: {
            ENVIRONMENT: environment,
            METRICS_PUSH_URL: metrics.pushUrl,
            LOGS_PUSH_URL: logs.pushUrl,
            SCW_ACCESS_KEY: apiKey.accessKey,
        },
        // The API returns only hashes of these values.
        secretEnvironmentVariables: {
            DATABASE_URL: connectionString,
            MODEL_API_KEY: modelKey,
            COCKPIT_TOKEN: pushToken.secretKey,
            SCW_SECRET_KEY: apiKey.secretKey,
        },
        tags,
    },
    // No input refers to the privilege and the policy, but the container needs them at its start.
    { dependsOn: [privilege, policy] },
);

// --- Outputs ---------------------------------------------------------------------------------------------------------

export const url = api.publicEndpoint;
export const imageRegistry = images.endpoint;
export const databaseHost = endpoint.ip;
export { connectionString };
export const metricsPushUrl = metrics.pushUrl;
export const logsPushUrl = logs.pushUrl;
export const alertManagerUrl = alerts.alertManagerUrl;
