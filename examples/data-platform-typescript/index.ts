// A data platform: events in Kafka, a warehouse, raw data in Object Storage, and a job that loads it each night.

import * as pulumi from "@pulumi/pulumi";
import * as scaleway from "@evalap/scaleway";

const config = new pulumi.Config();
const password = config.requireSecret("password");

const network = new scaleway.network.PrivateNetwork("data", { ipv4Subnet: { subnet: "172.16.96.0/22" } });
const events = new scaleway.kafka.Cluster("events", {
    version: "4.0.0",
    nodeAmount: 1,
    nodeType: "brokernode-shared-2c-8g",
    volumeType: "sbs_5k",
    volumeSizeInGb: 10,
    userName: "producer",
    password,
    privateNetwork: { pnId: network.id },
});
const warehouse = new scaleway.datawarehouse.Deployment("warehouse", {
    version: "v25",
    replicaCount: 1,
    cpuMin: 2,
    cpuMax: 4,
    ramPerCpu: 4,
    password,
    privateNetwork: { pnId: network.id },
});
const analytics = new scaleway.datawarehouse.Database("analytics", { deploymentId: warehouse.id, name: "analytics" });
const loader = new scaleway.datawarehouse.User("loader", { deploymentId: warehouse.id, name: "loader", password });
const raw = new scaleway.object.Bucket("raw", {
    lifecycleRules: [{ id: "archive", enabled: true, transitions: [{ days: 90, storageClass: "GLACIER" }] }],
});
const load = new scaleway.job.Definition("load", {
    imageUri: "docker.io/library/alpine:3.22",
    cpuLimit: 1120,
    memoryLimit: 2048,
    localStorageCapacity: 1024,
    startupCommands: ["echo", "load"],
    env: { BUCKET: raw.name, DATABASE: analytics.name, USER: loader.name },
    cron: { schedule: "30 2 * * *", timezone: "Europe/Paris" },
});

export const bucket = raw.name;
export const job = load.id;
export const kafka = events.id;
