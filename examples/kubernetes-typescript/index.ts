// A Kubernetes cluster with two pools in a private network, and a load balancer in front of an ingress controller.

import * as pulumi from "@pulumi/pulumi";
import * as scaleway from "@evalap/scaleway";

const network = new scaleway.network.PrivateNetwork("cluster", { ipv4Subnet: { subnet: "172.16.16.0/22" } });
const cluster = new scaleway.kubernetes.Cluster("cluster", {
    version: "1.35",
    cni: "cilium",
    privateNetworkId: network.id,
    autoUpgrade: { enable: true, maintenanceWindowDay: "sunday", maintenanceWindowStartHour: 3 },
    deleteAdditionalResources: true,
});
new scaleway.kubernetes.Pool("system", { clusterId: cluster.id, nodeType: "DEV1-M", size: 1, autohealing: true });
const workers = new scaleway.kubernetes.Pool("workers", {
    clusterId: cluster.id,
    nodeType: "DEV1-L",
    size: 2,
    autoscaling: true,
    autohealing: true,
    minSize: 1,
    maxSize: 5,
});

const ingress = new scaleway.loadbalancers.Ip("ingress");
const balancer = new scaleway.loadbalancers.LoadBalancer("ingress", {
    type: "LB-S",
    ipIds: [ingress.id],
    privateNetworks: [{ privateNetworkId: network.id }],
});
// The ingress controller listens on this port of each node.
const nodes = new scaleway.loadbalancers.Backend("nodes", {
    lbId: balancer.id,
    forwardProtocol: "tcp",
    forwardPort: 30080,
    serverIps: workers.nodes.apply((found) => found.flatMap((node) => (node.publicIp ? [node.publicIp] : []))),
});
new scaleway.loadbalancers.Frontend("web", { lbId: balancer.id, backendId: nodes.id, inboundPort: 80 });

export const apiServer = cluster.apiserverUrl;
export const address = ingress.ipAddress;
export const kubeconfig = pulumi.secret(cluster.kubeconfigs[0].configFile);
