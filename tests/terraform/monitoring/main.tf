# An application with an API key in a secret, and a source of metrics.
resource "scaleway_iam_application" "agent" {
  name = "agent"
}

resource "scaleway_iam_policy" "agent" {
  name           = "agent"
  application_id = scaleway_iam_application.agent.id

  rule {
    organization_id      = scaleway_iam_application.agent.organization_id
    permission_set_names = ["ProjectReadOnly"]
  }
}

resource "scaleway_iam_api_key" "agent" {
  application_id = scaleway_iam_application.agent.id
  description    = "agent"
}

resource "scaleway_secret" "agent" {
  name = "agent-key"
}

resource "scaleway_secret_version" "agent" {
  secret_id = scaleway_secret.agent.id
  data      = scaleway_iam_api_key.agent.secret_key
}

resource "scaleway_cockpit_source" "metrics" {
  name           = "metrics"
  type           = "metrics"
  retention_days = 31
}

resource "scaleway_cockpit_token" "agent" {
  name = "agent"

  scopes {
    query_metrics = false
    write_metrics = true
  }
}

output "push_url" {
  value = scaleway_cockpit_source.metrics.push_url
}
