// A static site in Object Storage behind Edge Services, with a cache, a certificate and a DNS record.

import * as pulumi from "@pulumi/pulumi";
import * as scaleway from "@evalap/scaleway";

const content = new scaleway.object.Bucket("site");
const index = new scaleway.object.Item("index", {
    bucket: content.name,
    key: "index.html",
    content: "<h1>Hello</h1>",
    contentType: "text/html",
});

new scaleway.edgeservices.Plan("plan", { name: "starter" });
const pipeline = new scaleway.edgeservices.Pipeline("site", { description: "The web site" });
const origin = new scaleway.edgeservices.BackendStage("origin", {
    pipelineId: pipeline.id,
    s3BackendConfig: { bucketName: content.name, bucketRegion: content.region, isWebsite: true },
});
const cache = new scaleway.edgeservices.CacheStage("cache", {
    pipelineId: pipeline.id,
    backendStageId: origin.id,
    fallbackTtl: 3600,
});
const certificate = new scaleway.edgeservices.TlsStage("certificate", {
    pipelineId: pipeline.id,
    cacheStageId: cache.id,
    managedCertificate: true,
});
const names = new scaleway.edgeservices.DnsStage("names", {
    pipelineId: pipeline.id,
    tlsStageId: certificate.id,
    fqdns: ["www.site.example.org"],
});
new scaleway.edgeservices.HeadStage("head", { pipelineId: pipeline.id, headStageId: names.id });

const zone = new scaleway.domain.Zone("site", { domain: "example.org", subdomain: "site" });
const record = new scaleway.domain.Record("www", {
    dnsZone: zone.id,
    name: "www",
    type: "CNAME",
    data: pulumi.interpolate`${names.defaultFqdn}.`,
    ttl: 300,
});

export const url = pulumi.interpolate`https://${record.fqdn}`;
export const page = index.key;
