// Two Instances with volumes and a security group in a private network, behind a load balancer with a certificate.

import * as scaleway from "@evalap/scaleway";

const cloudInit = `#cloud-config
packages: [nginx]
`;

// Addresses in a private network have the mask of its subnet: `172.16.8.2/22`.
const withoutMask = (address: string) => address.split("/")[0];

const network = new scaleway.network.PrivateNetwork("web", { ipv4Subnet: { subnet: "172.16.8.0/22" } });
const firewall = new scaleway.instance.SecurityGroup("web", {
    inboundDefaultPolicy: "drop",
    inboundRules: [{ action: "accept", port: 22, ipRange: "198.51.100.0/24" }],
});

const servers = [0, 1].map((number) => {
    const data = new scaleway.block.Volume(`data-${number}`, { iops: 5000, sizeInGb: 20 });
    const publicIp = new scaleway.instance.Ip(`web-${number}`);
    return new scaleway.instance.Server(`web-${number}`, {
        type: "PLAY2-NANO",
        image: "ubuntu_noble",
        rootVolume: { sizeInGb: 20 },
        additionalVolumeIds: [data.id],
        securityGroupId: firewall.id,
        ipIds: [publicIp.id],
        privateNetworks: [{ pnId: network.id }],
        cloudInit,
    });
});

const ip = new scaleway.loadbalancers.Ip("web");
const balancer = new scaleway.loadbalancers.LoadBalancer("web", {
    type: "LB-S",
    ipIds: [ip.id],
    privateNetworks: [{ privateNetworkId: network.id }],
});
const backend = new scaleway.loadbalancers.Backend("web", {
    lbId: balancer.id,
    forwardProtocol: "http",
    forwardPort: 80,
    serverIps: servers.map((server) => server.privateIps[0].apply((found) => withoutMask(found.address ?? ""))),
    healthCheckHttp: { uri: "/" },
});
const certificate = new scaleway.loadbalancers.Certificate("web", {
    lbId: balancer.id,
    letsencrypt: { commonName: "www.example.org" },
});
new scaleway.loadbalancers.Frontend("https", {
    lbId: balancer.id,
    backendId: backend.id,
    inboundPort: 443,
    certificateIds: [certificate.id],
});

export const address = ip.ipAddress;
export const certificateExpires = certificate.notValidAfter;
