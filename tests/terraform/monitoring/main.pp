# main.pp
# An application with an API key in a secret, and a source of metrics.
resource agentApplication "evalap-scaleway:iam/application:Application" {
  name = "agent"
}
resource agentPolicy "evalap-scaleway:iam/policy:Policy" {
  name           = "agent"
  applicationId = agentApplication.id
  rules =[{
    organizationId      = agentApplication.organizationId,
    permissionSetNames = ["ProjectReadOnly"]
  }]
}
resource agentApiKey "evalap-scaleway:iam/apiKey:ApiKey" {
  applicationId = agentApplication.id
  description    = "agent"
}
resource agentSecret "evalap-scaleway:secrets/secret:Secret" {
  name = "agent-key"
}
resource agentVersion "evalap-scaleway:secrets/version:Version" {
  secretId = agentSecret.id
  data      = agentApiKey.secretKey
}
resource metrics "evalap-scaleway:observability/source:Source" {
  name           = "metrics"
  type           = "metrics"
  retentionDays = 31
}
resource agentToken "evalap-scaleway:observability/token:Token" {
  name = "agent"
scopes = {
    queryMetrics = false,
    writeMetrics = true
  }
}
output pushUrl {
  value = metrics.pushUrl
}
