# main.pp
# A network with a public gateway, from an address plan.
terraform {
  required_providers {
    scaleway = { source = "scaleway/scaleway" }
  }
}
resource main "evalap-scaleway:network/vpc:Vpc" {
  name = "main"
  tags = ["terraform"]
}
resource appsPrivateNetwork "evalap-scaleway:network/privateNetwork:PrivateNetwork" {
  vpcId = main.id
ipv4Subnet = {
    subnet = "10.0.0.0/22"
  }
}
resource gatewayPublicGatewayIp "evalap-scaleway:network/publicGatewayIp:PublicGatewayIp" {}
resource gatewayPublicGateway "evalap-scaleway:network/publicGateway:PublicGateway" {
  type  = "VPC-GW-S"
  ipId = gatewayPublicGatewayIp.id
}
resource appsGatewayNetwork "evalap-scaleway:network/gatewayNetwork:GatewayNetwork" {
  gatewayId         = gatewayPublicGateway.id
  privateNetworkId = appsPrivateNetwork.id
  enableMasquerade  = true
  ipamConfigs =[{
    pushDefaultRoute = true
  }]
}
output gateway {
  value = gatewayPublicGatewayIp.address
}
