# A network with a public gateway, from an address plan.
terraform {
  required_providers {
    scaleway = { source = "scaleway/scaleway" }
  }
}

provider "scaleway" {
  region = "fr-par"
  zone   = "fr-par-1"
}

resource "scaleway_vpc" "main" {
  name = "main"
  tags = ["terraform"]
}

resource "scaleway_vpc_private_network" "apps" {
  vpc_id = scaleway_vpc.main.id

  ipv4_subnet {
    subnet = "10.0.0.0/22"
  }
}

resource "scaleway_vpc_public_gateway_ip" "gateway" {}

resource "scaleway_vpc_public_gateway" "gateway" {
  type  = "VPC-GW-S"
  ip_id = scaleway_vpc_public_gateway_ip.gateway.id
}

resource "scaleway_vpc_gateway_network" "apps" {
  gateway_id         = scaleway_vpc_public_gateway.gateway.id
  private_network_id = scaleway_vpc_private_network.apps.id
  enable_masquerade  = true

  ipam_config {
    push_default_route = true
  }
}

output "gateway" {
  value = scaleway_vpc_public_gateway_ip.gateway.address
}
