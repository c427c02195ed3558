# A load balancer in a private network, with a certificate.
variable "host" {
  type    = string
  default = "www.example.com"
}

resource "scaleway_lb_ip" "main" {}

resource "scaleway_vpc_private_network" "web" {}

resource "scaleway_lb" "main" {
  ip_ids = [scaleway_lb_ip.main.id]
  name   = "main"
  type   = "LB-S"

  private_network {
    private_network_id = scaleway_vpc_private_network.web.id
  }
}

resource "scaleway_lb_backend" "web" {
  lb_id            = scaleway_lb.main.id
  name             = "web"
  forward_protocol = "http"
  forward_port     = 80
  server_ips       = ["10.0.0.4", "10.0.0.5"]

  health_check_http {
    uri = "/health"
  }
}

resource "scaleway_lb_certificate" "web" {
  lb_id = scaleway_lb.main.id
  name  = "web"

  letsencrypt {
    common_name = var.host
  }
}

resource "scaleway_lb_frontend" "web" {
  lb_id           = scaleway_lb.main.id
  backend_id      = scaleway_lb_backend.web.id
  name            = "web"
  inbound_port    = 443
  certificate_ids = [scaleway_lb_certificate.web.id]
}

resource "scaleway_lb_acl" "office" {
  frontend_id = scaleway_lb_frontend.web.id
  name        = "office"
  index       = 0

  action {
    type = "allow"
  }

  match {
    ip_subnet = ["192.0.2.0/24"]
  }
}
