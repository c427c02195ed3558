# main.pp
# A database in a private network, with a user, privileges and a daily export.
config password string {
}
config databases "list(string)" {
  default = ["app", "reports"]
}
resource data "evalap-scaleway:network/privateNetwork:PrivateNetwork" {
  name = "data"
}
resource main "evalap-scaleway:databases/instance:Instance" {
  name              = "main"
  engine            = "PostgreSQL-15"
  nodeType         = "DB-DEV-S"
  isHaCluster     = false
  volumeType       = "sbs_5k"
  volumeSizeInGb = 10
  userName         = "admin"
  password          = password
privateNetwork = {
    pnId       = data.id,
    enableIpam = true
  }
}
resource databasesDatabase "evalap-scaleway:databases/database:Database" {
options {
  range       = length(databases)

}
  instanceId = main.id
  name        = databases[range.value]
}
resource appUser "evalap-scaleway:databases/user:User" {
  instanceId = main.id
  name        = "app"
  password    = password
}
resource appPrivilege "evalap-scaleway:databases/privilege:Privilege" {
  instanceId   = main.id
  userName     = appUser.name
  databaseName = databasesDatabase[0].name
  permission    = "all"
}
output address {
  value = main.privateNetwork.ip
}
