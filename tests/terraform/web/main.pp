# main.pp
default = invoke("evalap-scaleway:account/getProject:getProject", {
  name = "default"
})
resource images "evalap-scaleway:registry/namespace:Namespace" {
  name      = "web-images"
  isPublic = false
}
resource webNamespace "evalap-scaleway:containers/namespace:Namespace" {
  name       = "web"
  projectId = default.id
  environmentVariables = {
    LOG_LEVEL = "info"
  }
}
resource webContainer "evalap-scaleway:containers/container:Container" {
  namespaceId   = webNamespace.id
  name           = "web"
  registryImage = "${images.endpoint}/web:1.0"
  port           = 8080
  cpuLimit      = 500
  memoryLimit   = 1024
  minScale      = 1
  maxScale      = 5
  healthChecks =[{
    https =[{
      path = "/health"
    }],
    failureThreshold = 3,
    interval          = "10s"
  }]
  scalingOptions =[{
    concurrentRequestsThreshold = 50
  }]
}
resource nightly "evalap-scaleway:containers/cron:Cron" {
  containerId = webContainer.id
  schedule     = "0 3 * * *"
  args         = toJSON({ task = "clean" })
}
resource uploads "evalap-scaleway:object/bucket:Bucket" {
  name = "web-uploads"
  lifecycleRules =[{
    id      = "expire",
    enabled = true,
    prefix  = "tmp/",
expiration = {
      days = 7
    }
  }]
  corsRules =[{
    allowedMethods = ["GET", "PUT"],
    allowedOrigins = ["https://${webContainer.domainName}"]
  }]
}
output url {
  value = "https://${webContainer.domainName}"
}
