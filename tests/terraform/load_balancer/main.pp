# main.pp
# A load balancer in a private network, with a certificate.
config host string {
  default = "www.example.com"
}
resource mainIp "evalap-scaleway:loadbalancers/ip:Ip" {}
resource webPrivateNetwork "evalap-scaleway:network/privateNetwork:PrivateNetwork" {}
resource mainLoadBalancer "evalap-scaleway:loadbalancers/loadBalancer:LoadBalancer" {
  ipIds = [mainIp.id]
  name   = "main"
  type   = "LB-S"
  privateNetworks =[{
    privateNetworkId = webPrivateNetwork.id
  }]
}
resource webBackend "evalap-scaleway:loadbalancers/backend:Backend" {
  lbId            = mainLoadBalancer.id
  name             = "web"
  forwardProtocol = "http"
  forwardPort     = 80
  serverIps       = ["10.0.0.4", "10.0.0.5"]
healthCheckHttp = {
    uri = "/health"
  }
}
resource webCertificate "evalap-scaleway:loadbalancers/certificate:Certificate" {
  lbId = mainLoadBalancer.id
  name  = "web"
letsencrypt = {
    commonName = host
  }
}
resource webFrontend "evalap-scaleway:loadbalancers/frontend:Frontend" {
  lbId           = mainLoadBalancer.id
  backendId      = webBackend.id
  name            = "web"
  inboundPort    = 443
  certificateIds = [webCertificate.id]
}
resource office "evalap-scaleway:loadbalancers/acl:Acl" {
  frontendId = webFrontend.id
  name        = "office"
  index       = 0
action = {
    type = "allow"
  }
match = {
    ipSubnets = ["192.0.2.0/24"]
  }
}
