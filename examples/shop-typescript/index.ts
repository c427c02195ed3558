// A web shop: a container with a database and a Redis cluster in a private network, a queue, and a mail domain.

import * as pulumi from "@pulumi/pulumi";
import * as scaleway from "@evalap/scaleway";

const config = new pulumi.Config();
const network = new scaleway.network.PrivateNetwork("shop", { ipv4Subnet: { subnet: "172.16.64.0/22" } });

new scaleway.databases.Instance("shop", {
    nodeType: "DB-DEV-S",
    engine: "PostgreSQL-16",
    userName: "shop",
    password: config.requireSecret("databasePassword"),
    volumeType: "sbs_5k",
    volumeSizeInGb: 10,
    privateNetwork: { pnId: network.id, enableIpam: true },
});
const sessions = new scaleway.redis.Cluster("sessions", {
    version: "7.2.11",
    nodeType: "RED1-MICRO",
    userName: "shop",
    password: config.requireSecret("redisPassword"),
    tlsEnabled: true,
    privateNetworks: [{ id: network.id }],
    settings: { "maxmemory-policy": "allkeys-lru" },
});
const queues = new scaleway.mnq.Sqs("shop");
const worker = new scaleway.mnq.SqsCredentials("worker", {
    projectId: queues.projectId,
    permissions: { canReceive: true, canPublish: true },
});
const mail = new scaleway.tem.Domain("shop", { name: "mail.example.org", acceptTos: true });

const namespace = new scaleway.containers.Namespace("shop");
const shop = new scaleway.containers.Container("shop", {
    namespaceId: namespace.id,
    image: "nginx:1.29",
    port: 80,
    minScale: 1,
    privateNetworkId: network.id,
    environmentVariables: { SQS_ENDPOINT: queues.endpoint, MAIL_DOMAIN: mail.name },
    secretEnvironmentVariables: {
        DATABASE_PASSWORD: config.requireSecret("databasePassword"),
        REDIS_URL: sessions.connectionString,
        SQS_ACCESS_KEY: worker.accessKey,
        SQS_SECRET_KEY: worker.secretKey,
    },
});

export const url = shop.publicEndpoint;
export const spf = mail.spfValue;
