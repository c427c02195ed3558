# A database in a private network, with a user, privileges and a daily export.
variable "password" {
  type      = string
  sensitive = true
}

variable "databases" {
  type    = list(string)
  default = ["app", "reports"]
}

resource "scaleway_vpc_private_network" "data" {
  name = "data"
}

resource "scaleway_rdb_instance" "main" {
  name              = "main"
  engine            = "PostgreSQL-15"
  node_type         = "DB-DEV-S"
  is_ha_cluster     = false
  volume_type       = "sbs_5k"
  volume_size_in_gb = 10
  user_name         = "admin"
  password          = var.password

  private_network {
    pn_id       = scaleway_vpc_private_network.data.id
    enable_ipam = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_rdb_database" "databases" {
  count       = length(var.databases)
  instance_id = scaleway_rdb_instance.main.id
  name        = var.databases[count.index]
}

resource "scaleway_rdb_user" "app" {
  instance_id = scaleway_rdb_instance.main.id
  name        = "app"
  password    = var.password
}

resource "scaleway_rdb_privilege" "app" {
  instance_id   = scaleway_rdb_instance.main.id
  user_name     = scaleway_rdb_user.app.name
  database_name = scaleway_rdb_database.databases[0].name
  permission    = "all"
}

output "address" {
  value = scaleway_rdb_instance.main.private_network[0].ip
}
