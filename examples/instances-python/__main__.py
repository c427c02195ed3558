"""Two Instances with volumes and a security group in a private network, behind a load balancer with a certificate."""

import evalap_scaleway as scaleway
import pulumi

CLOUD_INIT = """#cloud-config
packages: [nginx]
"""

network = scaleway.network.PrivateNetwork("web", ipv4_subnet={"subnet": "172.16.8.0/22"})
firewall = scaleway.instance.SecurityGroup(
    "web", inbound_default_policy="drop", inbound_rules=[{"action": "accept", "port": 22, "ip_range": "198.51.100.0/24"}]
)

servers = []
for number in range(2):
    data = scaleway.block.Volume(f"data-{number}", iops=5000, size_in_gb=20)
    public = scaleway.instance.Ip(f"web-{number}")
    servers.append(
        scaleway.instance.Server(
            f"web-{number}",
            type="PLAY2-NANO",
            image="ubuntu_noble",
            root_volume={"size_in_gb": 20},
            additional_volume_ids=[data.id],
            security_group_id=firewall.id,
            ip_ids=[public.id],
            private_networks=[{"pn_id": network.id}],
            cloud_init=CLOUD_INIT,
        )
    )

address = scaleway.loadbalancers.Ip("web")
balancer = scaleway.loadbalancers.LoadBalancer(
    "web", type="LB-S", ip_ids=[address.id], private_networks=[{"private_network_id": network.id}]
)
backend = scaleway.loadbalancers.Backend(
    "web",
    lb_id=balancer.id,
    forward_protocol="http",
    forward_port=80,
    # Addresses in a private network have the mask of its subnet: `172.16.8.2/22`.
    server_ips=[server.private_ips[0].address.apply(lambda address: address.partition("/")[0]) for server in servers],
    health_check_http={"uri": "/"},
)
certificate = scaleway.loadbalancers.Certificate(
    "web", lb_id=balancer.id, letsencrypt={"common_name": "www.example.org"}
)
scaleway.loadbalancers.Frontend(
    "https", lb_id=balancer.id, backend_id=backend.id, inbound_port=443, certificate_ids=[certificate.id]
)

pulumi.export("address", address.ip_address)
pulumi.export("certificateExpires", certificate.not_valid_after)
