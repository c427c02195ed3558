# A container from a registry, with a secret, a health check and a bucket.
data "scaleway_account_project" "default" {
  name = "default"
}

resource "scaleway_registry_namespace" "images" {
  name      = "web-images"
  is_public = false
}

resource "scaleway_container_namespace" "web" {
  name       = "web"
  project_id = data.scaleway_account_project.default.id

  environment_variables = {
    LOG_LEVEL = "info"
  }
}

resource "scaleway_container" "web" {
  namespace_id   = scaleway_container_namespace.web.id
  name           = "web"
  registry_image = "${scaleway_registry_namespace.images.endpoint}/web:1.0"
  port           = 8080
  cpu_limit      = 500
  memory_limit   = 1024
  min_scale      = 1
  max_scale      = 5

  health_check {
    http {
      path = "/health"
    }
    failure_threshold = 3
    interval          = "10s"
  }

  scaling_option {
    concurrent_requests_threshold = 50
  }
}

resource "scaleway_container_cron" "nightly" {
  container_id = scaleway_container.web.id
  schedule     = "0 3 * * *"
  args         = jsonencode({ task = "clean" })
}

resource "scaleway_object_bucket" "uploads" {
  name = "web-uploads"

  lifecycle_rule {
    id      = "expire"
    enabled = true
    prefix  = "tmp/"

    expiration {
      days = 7
    }
  }

  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://${scaleway_container.web.domain_name}"]
  }
}

output "url" {
  value = "https://${scaleway_container.web.domain_name}"
}
