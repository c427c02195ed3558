//! Database instances and what is in them, as recorded.

use std::time::Duration;

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const INSTANCES: &str = "/rdb/v1/regions/fr-par/instances";

fn request() -> Value {
    json!({
        "project_id": DEFAULT_ORGANIZATION, "name": "main", "engine": "PostgreSQL-15", "user_name": "admin",
        "password": "Secret-1", "node_type": "DB-DEV-S", "is_ha_cluster": false, "disable_backup": false, "tags": null,
        "init_settings": null, "volume_type": "lssd", "volume_size": 0, "init_endpoints": null,
        "backup_same_region": false, "encryption": { "enabled": false },
    })
}

async fn instance(client: &Client) -> String {
    let created = client.good(&format!("POST {INSTANCES}"), request()).await;
    format!("{INSTANCES}/{}", created["id"].as_str().unwrap())
}

#[tokio::test]
async fn lifecycle_of_an_instance_is_as_recorded() {
    let client = client().await;
    let created = client.good(&format!("POST {INSTANCES}"), request()).await;
    let id = created["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "backup_same_region": false, "created_at": "2026-07-17T09:50:00.638933Z", "encryption": { "enabled": false },
        "backup_schedule":
            { "disabled": false, "frequency": 24, "next_run_at": "2026-07-18T09:50:00.638933Z", "retention": 7 },
        "endpoint": null, "endpoints": [], "engine": "PostgreSQL-15", "id": id, "init_settings": [],
        "high_availability_mode": "disabled", "is_ha_cluster": false, "logs_policy": { "max_age_retention": 30, "total_disk_retention": null },
        "maintenances": [], "name": "main", "node_type": "db-dev-s", "organization_id": DEFAULT_ORGANIZATION,
        "project_id": DEFAULT_ORGANIZATION, "read_replicas": [], "region": "fr-par", "settings": [],
        "status": "provisioning", "tags": [], "upgradable_version": created["upgradable_version"],
        "volume": { "class": "lssd", "size": 5_000_000_000_u64, "type": "lssd" },
    });
    assert_eq!(created, expected);
    let versions = created["upgradable_version"].as_array().unwrap();
    assert_eq!(versions.iter().map(|v| &v["name"]).collect::<Vec<_>>(), ["PostgreSQL-16", "PostgreSQL-17"]);

    let one = format!("{INSTANCES}/{id}");
    let (_, ready) = client.call(&format!("GET {one}")).await;
    assert_eq!((&ready["status"], ready["settings"].as_array().unwrap().len()), (&json!("ready"), 6));
    assert_eq!((&ready["endpoint"], &ready["endpoint"]["load_balancer"]), (&ready["endpoints"][0], &json!({})));
    let (_, users) = client.call(&format!("GET {one}/users?order_by=name_asc&page=1")).await;
    assert_eq!(users, json!({ "users": [{ "name": "admin", "is_admin": true }], "total_count": 1 }));
    let (_, certificate) = client.call(&format!("GET {one}/certificate")).await;
    assert_eq!(certificate["content_type"], "application/x-pem-file");

    let body = json!({ "is_backup_schedule_disabled": true, "logs_policy": { "max_age_retention": 7 } });
    let updated = client.good(&format!("PATCH {one}"), body).await;
    assert_eq!(updated["status"], "configuring");
    assert_eq!(updated["logs_policy"], json!({ "max_age_retention": 7, "total_disk_retention": null }));
    let schedule = json!({ "disabled": false, "frequency": 24, "next_run_at": null, "retention": 7 });
    assert_eq!(updated["backup_schedule"], schedule);

    let (status, deleted) = client.call(&format!("DELETE {one}")).await;
    assert_eq!((status, &deleted["status"]), (200, &json!("deleting")));
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
    assert_eq!(client.call(&format!("GET {one}/users")).await.1["resource"], "instance");
    assert!(client.fake.objects("rdb/user").is_empty());
}

#[tokio::test]
async fn change_of_acl_rules_sets_a_transient_status() {
    let client = Client::of(builder().settle(Duration::from_secs(30))).await;
    let one = instance(&client).await;
    client.fake.clock().advance(Duration::from_secs(30));
    let rules = json!({ "rules": [{ "ip": "1.2.3.4/32", "description": "" }, { "ip": "9.0.0.0/16" }] });
    let set = client.good(&format!("PUT {one}/acls"), rules.clone()).await;
    let (_, instance) = client.call(&format!("GET {one}")).await;
    assert_eq!(instance["status"], "configuring");
    let rule = json!({ "action": "allow", "description": "IP allowed", "direction": "inbound", "ip": "1.2.3.4/32",
        "port": instance["endpoint"]["port"], "protocol": "tcp" });
    assert_eq!(set["rules"][0], rule);
    for (request, body) in [
        (format!("PUT {one}/acls"), rules),
        (format!("POST {one}/databases"), json!({ "name": "app" })),
        (format!("PATCH {one}"), json!({ "name": "other" })),
        (format!("DELETE {one}"), json!({})),
    ] {
        let (status, error) = client.call_with(&request, body).await;
        assert_eq!((status, &error["type"]), (409, &json!("transient_state")), "{request}");
        assert_eq!((&error["resource"], &error["current_state"]), (&json!("instance"), &json!("configuring")));
    }
    client.fake.clock().advance(Duration::from_secs(30));
    let gone = client.good(&format!("DELETE {one}/acls"), json!({ "acl_rule_ips": ["9.0.0.0/16"] })).await;
    assert_eq!(gone["rules"][0]["ip"], "9.0.0.0/16");
    let (_, left) = client.call(&format!("GET {one}/acls?page=1")).await;
    assert_eq!((&left["rules"], &left["total_count"]), (&json!([rule]), &json!(1)));
}

#[tokio::test]
async fn databases_users_and_privileges_belong_to_an_instance() {
    let client = client().await;
    let one = instance(&client).await;
    let created = client.good(&format!("POST {one}/databases"), json!({ "name": "app" })).await;
    assert_eq!(created, json!({ "managed": true, "name": "app", "owner": "", "size": 0 }));
    assert_eq!(client.call_with(&format!("POST {one}/databases"), json!({ "name": "app" })).await.0, 409);
    let (_, databases) = client.call(&format!("GET {one}/databases?name=app&order_by=name_asc")).await;
    assert_eq!(databases["databases"][0]["owner"], "_rdb_superadmin");

    let user = json!({ "name": "app", "password": "Secret-2", "is_admin": false });
    client.good(&format!("POST {one}/users"), user).await;
    let weak = client.call_with(&format!("PATCH {one}/users/app"), json!({ "password": "secret" })).await;
    assert_eq!((weak.0, &weak.1["details"][0]["argument_name"]), (400, &json!("password")));
    let updated = client.good(&format!("PATCH {one}/users/app"), json!({ "password": "Secret-3" })).await;
    assert_eq!(updated, json!({ "is_admin": false, "name": "app" }));

    let privilege = json!({ "database_name": "app", "user_name": "app", "permission": "all" });
    assert_eq!(client.good(&format!("PUT {one}/privileges"), privilege.clone()).await, privilege);
    let (_, privileges) = client.call(&format!("GET {one}/privileges?database_name=app&user_name=app")).await;
    assert_eq!(privileges, json!({ "privileges": [privilege], "total_count": 1 }));
    let missing = json!({ "database_name": "app", "user_name": "missing", "permission": "all" });
    let (status, error) = client.call_with(&format!("PUT {one}/privileges"), missing).await;
    assert_eq!((status, &error["resource"], &error["resource_id"]), (404, &json!("user"), &json!("missing")));

    assert_eq!(client.call(&format!("DELETE {one}/users/app")).await, (204, Value::Null));
    assert_eq!(client.call(&format!("GET {one}/privileges")).await.1["total_count"], 0);
    assert_eq!(client.call(&format!("DELETE {one}/databases/app")).await.0, 204);
    assert_eq!(client.call(&format!("DELETE {one}/databases/app")).await.1["resource_id"], "app");
}

#[tokio::test]
async fn endpoints_are_created_and_deleted_as_recorded() {
    let client = Client::of(builder().settle(Duration::from_secs(30))).await;
    let networks = "/vpc/v2/regions/fr-par/private-networks";
    let network = client.good(&format!("POST {networks}"), json!({ "name": "net" })).await;
    let network = network["id"].as_str().unwrap().to_owned();
    let mut body = request();
    body["init_endpoints"] = json!([{ "private_network": { "private_network_id": network, "ipam_config": {} } }]);
    let created = client.good(&format!("POST {INSTANCES}"), body).await;
    let private = created["endpoints"][0].clone();
    let details = json!({ "private_network_id": network, "provisioning_mode": "ipam", "service_ip": "172.16.0.2/22",
        "zone": "fr-par-1" });
    assert_eq!((&private["ip"], &private["private_network"]), (&json!("172.16.0.2"), &details));
    let id = created["id"].as_str().unwrap();
    let held = format!("GET /ipam/v1/regions/fr-par/ips?resource_id={id}&resource_type=rdb_instance");
    let (_, ips) = client.call(&format!("{held}&private_network_id={network}&order_by=created_at_desc")).await;
    assert_eq!((&ips["ips"][0]["address"], &ips["total_count"]), (&json!("172.16.0.2/22"), &json!(1)));
    assert_eq!(ips["ips"][0]["resource"]["name"], "main");

    let one = format!("{INSTANCES}/{id}");
    client.fake.clock().advance(Duration::from_secs(30));
    let public = json!({ "endpoint_spec": { "load_balancer": {} } });
    let made = client.good(&format!("POST {one}/endpoints"), public).await;
    assert_eq!(made, json!({ "id": "", "name": null, "port": 0 }));
    let (_, passing) = client.call(&format!("GET {one}")).await;
    assert_eq!((&passing["status"], &passing["endpoints"]), (&json!("initializing"), &json!([private])));
    client.fake.clock().advance(Duration::from_secs(30));
    assert_eq!(client.call(&format!("GET {one}")).await.1["endpoints"].as_array().unwrap().len(), 2);

    let (status, error) = client.call(&format!("DELETE {networks}/{network}")).await;
    assert_eq!((status, &error["precondition"]), (412, &json!("resource_still_in_use")));
    let endpoint = format!("/rdb/v1/regions/fr-par/endpoints/{}", private["id"].as_str().unwrap());
    assert_eq!(client.call(&format!("DELETE {endpoint}")).await.0, 204);
    assert_eq!(client.call(&format!("GET {one}")).await.1["status"], "configuring");
    client.fake.clock().advance(Duration::from_secs(30));
    assert_eq!(client.call(&format!("GET {one}")).await.1["endpoints"].as_array().unwrap().len(), 1);
    assert_eq!(client.call(&held).await.1["total_count"], 0);
    assert_eq!(client.call(&format!("DELETE {networks}/{network}")).await.0, 204);
}

#[tokio::test]
async fn settings_and_upgrades_are_visible_at_once() {
    let client = client().await;
    let one = instance(&client).await;
    let settings = json!([{ "name": "work_mem", "value": "8" }, { "name": "max_connections", "value": "200" }]);
    let set = client.good(&format!("PUT {one}/settings"), json!({ "settings": settings })).await;
    assert_eq!(set["settings"], settings);
    let (_, instance) = client.call(&format!("GET {one}")).await;
    assert_eq!(instance["settings"], json!([settings[1], settings[0]]));

    for (change, volume, node) in [
        (json!({ "volume_type": "sbs_5k" }), json!(["sbs", 5_000_000_000_u64]), "db-dev-s"),
        (json!({ "volume_size": 10_000_000_000_u64 }), json!(["sbs", 10_000_000_000_u64]), "db-dev-s"),
        (json!({ "node_type": "db-dev-m" }), json!(["sbs", 10_000_000_000_u64]), "db-dev-m"),
        (json!({ "volume_type": "lssd" }), json!(["lssd", 25_000_000_000_u64]), "db-dev-m"),
    ] {
        let upgraded = client.good(&format!("POST {one}/upgrade"), change).await;
        assert_eq!((&upgraded["status"], &upgraded["node_type"]), (&json!("initializing"), &json!(node)));
        assert_eq!(json!([upgraded["volume"]["class"], upgraded["volume"]["size"]]), volume);
    }
    let (status, _) = client.call_with(&format!("POST {one}/upgrade"), json!({ "volume_size": 1 })).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn high_availability_has_a_mode_and_an_older_boolean_that_are_equivalent() {
    let client = client().await;
    let both = |instance: &Value| (instance["high_availability_mode"].clone(), instance["is_ha_cluster"].clone());
    let (on, off) = ((json!("single_zone"), json!(true)), (json!("disabled"), json!(false)));
    let mut body = request();
    body["high_availability_mode"] = json!("single_zone");
    assert_eq!(both(&client.good(&format!("POST {INSTANCES}"), body.clone()).await), on);
    let one = instance(&client).await;
    for (change, expected) in [
        (json!({ "enable_ha": true }), &on),
        (json!({ "high_availability_mode": "disabled" }), &off),
        (json!({ "high_availability_mode": "single_zone" }), &on),
    ] {
        assert_eq!(both(&client.good(&format!("POST {one}/upgrade"), change).await), *expected);
        assert_eq!(both(&client.call(&format!("GET {one}")).await.1), *expected);
    }
    body["high_availability_mode"] = json!("multiple_zone");
    assert_eq!(client.call_with(&format!("POST {INSTANCES}"), body).await.0, 400);
}

#[tokio::test]
async fn ipam_shows_the_address_of_a_replica_with_the_id_of_its_instance() {
    let client = client().await;
    let one = instance(&client).await;
    let network = client.good("POST /vpc/v2/regions/fr-par/private-networks", json!({ "name": "net" })).await;
    let endpoint = json!({ "private_network": { "private_network_id": network["id"], "ipam_config": {} } });
    let body = json!({ "instance_id": one.rsplit('/').next(), "endpoint_spec": [endpoint] });
    let replica = client.good("POST /rdb/v1/regions/fr-par/read-replicas", body.clone()).await;
    let (_, ips) = client.call("GET /ipam/v1/regions/fr-par/ips?resource_type=rdb_instance").await;
    let holder = &ips["ips"][0]["resource"];
    let name = format!("read-replica-{}", replica["id"].as_str().unwrap().get(..8).unwrap());
    assert_eq!((&holder["id"], &holder["name"]), (&body["instance_id"], &json!(name)));
}

#[tokio::test]
async fn smallest_nodes_have_smaller_settings_than_others() {
    let client = client().await;
    for (node_type, max_connections) in [("db-play2-pico", "100"), ("db-dev-s", "100"), ("db-dev-m", "150")] {
        let mut body = request();
        body["node_type"] = json!(node_type);
        let created = client.good(&format!("POST {INSTANCES}"), body).await;
        let (_, ready) = client.call(&format!("GET {INSTANCES}/{}", created["id"].as_str().unwrap())).await;
        let mut settings = ready["settings"].as_array().unwrap().iter();
        let found = settings.find(|setting| setting["name"] == "max_connections").unwrap();
        assert_eq!(found["value"], max_connections, "{node_type}");
    }
}

#[tokio::test]
async fn engines_and_node_types_are_listed() {
    let client = client().await;
    let engines = "GET /rdb/v1/regions/fr-par/database-engines";
    let (_, all) = client.call(engines).await;
    assert_eq!((&all["total_count"], &all["engines"][1]["name"]), (&json!(2), &json!("PostgreSQL")));
    let (_, one) = client.call(&format!("{engines}?name=PostgreSQL&version=17")).await;
    let versions = one["engines"][0]["versions"].as_array().unwrap();
    assert_eq!((versions.len(), &versions[0]["name"]), (1, &json!("PostgreSQL-17")));
    let settings = versions[0]["available_settings"].as_array().unwrap();
    assert!(settings.iter().any(|setting| setting["name"] == "work_mem"), "{settings:?}");
    let (_, types) = client.call("GET /rdb/v1/regions/fr-par/node-types").await;
    assert!(types["node_types"].as_array().unwrap().iter().any(|found| found["name"] == "DB-PLAY2-PICO"));
}

#[tokio::test]
async fn clones_and_promoted_replicas_are_instances_with_the_same_content() {
    let client = client().await;
    let one = instance(&client).await;
    client.good(&format!("POST {one}/databases"), json!({ "name": "app" })).await;
    let clone = client.good(&format!("POST {one}/clone"), json!({ "name": "copy" })).await;
    assert_eq!((&clone["name"], &clone["status"]), (&json!("copy"), &json!("provisioning")));
    let replica = json!({ "instance_id": one.rsplit('/').next(), "endpoint_spec": [{ "direct_access": {} }] });
    let replica = client.good("POST /rdb/v1/regions/fr-par/read-replicas", replica).await;
    let replica = format!("/rdb/v1/regions/fr-par/read-replicas/{}", replica["id"].as_str().unwrap());
    let promoted = client.good(&format!("POST {replica}/promote"), json!({})).await;
    assert_eq!(client.call(&format!("GET {replica}")).await.0, 404);
    for made in [clone, promoted] {
        let databases = format!("{INSTANCES}/{}/databases", made["id"].as_str().unwrap());
        assert_eq!(client.call(&format!("GET {databases}")).await.1["databases"][0]["name"], "app");
    }
    assert_eq!(client.call(&format!("GET {one}")).await.1["read_replicas"], json!([]));
}

#[tokio::test]
async fn backup_is_restored_into_a_database_and_logs_are_prepared() {
    let client = client().await;
    let one = instance(&client).await;
    let id = one.rsplit('/').next().unwrap();
    client.good(&format!("POST {one}/databases"), json!({ "name": "app" })).await;
    let backup = json!({ "instance_id": id, "database_name": "app", "name": "daily" });
    let backup = client.good("POST /rdb/v1/regions/fr-par/backups", backup).await;
    let restore = format!("POST /rdb/v1/regions/fr-par/backups/{}/restore", backup["id"].as_str().unwrap());
    client.call(&format!("GET /rdb/v1/regions/fr-par/backups/{}", backup["id"].as_str().unwrap())).await;
    let restored = client.good(&restore, json!({ "instance_id": id, "database_name": "other" })).await;
    assert_eq!(restored["status"], "restoring");
    let (_, databases) = client.call(&format!("GET {one}/databases")).await;
    assert_eq!(databases["databases"][1]["name"], "other");

    let prepared = client.good(&format!("POST {one}/prepare-logs"), json!({})).await;
    let log = prepared["instance_logs"][0]["id"].as_str().unwrap();
    let (_, ready) = client.call(&format!("GET /rdb/v1/regions/fr-par/logs/{log}")).await;
    assert_eq!((&ready["status"], ready["download_url"].is_string()), (&json!("ready"), true));
    assert_eq!(client.call(&format!("GET {one}/logs")).await.1["instance_logs"].as_array().unwrap().len(), 1);
    client.good(&format!("POST {one}/purge-logs"), json!({})).await;
    assert_eq!(client.call(&format!("GET {one}/logs")).await.1["instance_logs"], json!([]));
}

#[tokio::test]
async fn an_applied_maintenance_is_done_and_the_instance_is_initializing() {
    let client = client().await;
    let one = instance(&client).await;
    let applied = client.good(&format!("POST {one}/apply-maintenance"), json!({})).await;
    assert_eq!((&applied["status"], &applied["is_applicable"]), (&json!("done"), &json!(false)));
    assert_eq!(client.call(&format!("GET {INSTANCES}/00000000-0000-4000-8000-000000000000")).await.0, 404);
    let unknown = format!("POST {INSTANCES}/00000000-0000-4000-8000-000000000000/apply-maintenance");
    assert_eq!(client.call_with(&unknown, json!({})).await.0, 404);
}

#[tokio::test]
async fn new_instance_has_a_database_that_can_be_saved_and_deleted() {
    let client = client().await;
    let one = instance(&client).await;
    let id = one.rsplit('/').next().unwrap();
    let (_, listed) = client.call(&format!("GET {one}/databases")).await;
    assert_eq!([&listed["total_count"], &listed["databases"][0]["name"]], [&json!(1), &json!("rdb")]);
    let backup = json!({ "instance_id": id, "database_name": "rdb", "name": "first" });
    let created = client.good("POST /rdb/v1/regions/fr-par/backups", backup.clone()).await;
    assert_eq!(created["database_name"], "rdb");
    assert_eq!(client.call(&format!("DELETE {one}/databases/rdb")).await.0, 204);
    assert_eq!(client.call(&format!("GET {one}/databases")).await.1["total_count"], 0);
    assert_eq!(client.call_with("POST /rdb/v1/regions/fr-par/backups", backup).await.0, 404);
}
