"""A static site in Object Storage behind Edge Services, with a cache, a certificate and a DNS record."""

import evalap_scaleway as scaleway
import pulumi

content = scaleway.object.Bucket("site")
page = scaleway.object.Item(
    "index", bucket=content.name, key="index.html", content="<h1>Hello</h1>", content_type="text/html"
)

scaleway.edgeservices.Plan("plan", name="starter")
pipeline = scaleway.edgeservices.Pipeline("site", description="The web site")
origin = scaleway.edgeservices.BackendStage(
    "origin",
    pipeline_id=pipeline.id,
    s3_backend_config={"bucket_name": content.name, "bucket_region": content.region, "is_website": True},
)
cache = scaleway.edgeservices.CacheStage(
    "cache", pipeline_id=pipeline.id, backend_stage_id=origin.id, fallback_ttl=3600
)
certificate = scaleway.edgeservices.TlsStage(
    "certificate", pipeline_id=pipeline.id, cache_stage_id=cache.id, managed_certificate=True
)
names = scaleway.edgeservices.DnsStage(
    "names", pipeline_id=pipeline.id, tls_stage_id=certificate.id, fqdns=["www.site.example.org"]
)
scaleway.edgeservices.HeadStage("head", pipeline_id=pipeline.id, head_stage_id=names.id)

zone = scaleway.domain.Zone("site", domain="example.org", subdomain="site")
record = scaleway.domain.Record(
    "www",
    dns_zone=zone.id,
    name="www",
    type="CNAME",
    data=names.default_fqdn.apply(lambda name: f"{name}."),
    ttl=300,
)

pulumi.export("url", record.fqdn.apply(lambda name: f"https://{name}"))
pulumi.export("page", page.key)
