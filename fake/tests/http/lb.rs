//! Load balancers and their parts, as recorded.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const ZONE: &str = "/lb/v1/zones/fr-par-1";

async fn balancer(client: &Client, inputs: Value) -> Value {
    let created = client.good(&format!("POST {ZONE}/lbs"), inputs).await;
    read(client, &format!("lbs/{}", id(&created))).await
}

async fn read(client: &Client, path: &str) -> Value {
    client.call(&format!("GET {ZONE}/{path}")).await.1
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[tokio::test]
async fn an_address_is_kept_unless_the_delete_releases_it() {
    let client = client().await;
    let address = client.good(&format!("POST {ZONE}/ips"), json!({})).await;
    let given = balancer(&client, json!({ "name": "a", "type": "LB-S", "ip_ids": [id(&address)] })).await;
    assert_eq!((&given["status"], &given["ip"][0]["id"]), (&json!("ready"), &address["id"]));
    let (status, _) = client.call(&format!("DELETE {ZONE}/ips/{}", id(&address))).await;
    assert_eq!(status, 412);
    assert_eq!(client.call(&format!("DELETE {ZONE}/lbs/{}?release_ip=false", id(&given))).await.0, 204);
    let deleted = client.call(&format!("GET {ZONE}/lbs/{}", id(&given))).await;
    assert_eq!(deleted, (404, json!({ "message": "lbs not Found" })));
    assert_eq!(read(&client, &format!("ips/{}", id(&address))).await["lb_id"], Value::Null);
    let own = balancer(&client, json!({ "name": "b", "type": "LB-S" })).await;
    let new = own["ip"][0]["id"].as_str().unwrap();
    assert_eq!(client.call(&format!("DELETE {ZONE}/lbs/{}?release_ip=true", id(&own))).await.0, 204);
    assert_eq!(read(&client, &format!("ips/{new}")).await["message"], "ips not Found");
}

#[tokio::test]
async fn parts_wait_for_a_new_load_balancer_and_show_it() {
    let client = Client::of(builder().settle(Duration::from_secs(10))).await;
    let created = client.good(&format!("POST {ZONE}/lbs"), json!({ "name": "a", "type": "LB-S" })).await;
    assert_eq!((&created["status"], &created["instances"]), (&json!("to_create"), &json!([])));
    let backends = format!("POST {ZONE}/lbs/{}/backends", id(&created));
    let backend = json!({ "name": "b", "forward_protocol": "http", "forward_port": 80 });
    assert_eq!(client.call_with(&backends, backend.clone()).await.0, 409);
    client.fake.clock().advance(Duration::from_secs(10));
    let backend = client.good(&backends, backend).await;
    assert_eq!((&backend["health_check"]["port"], &backend["lb"]["backend_count"]), (&json!(80), &json!(1)));
    assert_eq!(backend["health_check"]["tcp_config"], json!({}));
    let servers = format!("{ZONE}/backends/{}/servers", id(&backend));
    for (method, given, pool) in [
        ("POST", json!(["192.0.2.1", "192.0.2.2"]), json!(["192.0.2.1", "192.0.2.2"])),
        ("POST", json!(["192.0.2.3"]), json!(["192.0.2.1", "192.0.2.2", "192.0.2.3"])),
        ("DELETE", json!(["192.0.2.1", "192.0.2.3"]), json!(["192.0.2.2"])),
    ] {
        let changed = client.good(&format!("{method} {servers}"), json!({ "server_ip": given })).await;
        assert_eq!(changed["pool"], pool, "{method}");
    }
    let frontends = format!("POST {ZONE}/lbs/{}/frontends", id(&created));
    let frontend = json!({ "name": "f", "inbound_port": 80, "backend_id": backend["id"] });
    let shown = client.good(&frontends, frontend.clone()).await;
    assert_eq!((&shown["backend"]["id"], &shown["lb"]["id"]), (&backend["id"], &created["id"]));
    assert_eq!(client.call_with(&frontends, frontend).await.0, 400, "the port is in use");
    assert_eq!(client.call(&format!("DELETE {ZONE}/backends/{}", id(&backend))).await.0, 412);
    let acls = format!("PUT {ZONE}/frontends/{}/acls", id(&shown));
    let two = json!({ "acls": [{ "name": "a", "index": 1, "action": { "type": "deny" }, "match": {} }, { "name": "b", "index": 2, "action": { "type": "allow" } }] });
    let set = client.good(&acls, two).await;
    assert_eq!((&set["total_count"], &set["acls"][0]["match"]["ip_subnet"]), (&json!(2), &json!(["0.0.0.0/0"])));
    client.good(&acls, json!({ "acls": [] })).await;
    assert_eq!(read(&client, &format!("frontends/{}/acls", id(&shown))).await["total_count"], 0);
}

#[tokio::test]
async fn a_certificate_whose_domain_is_unreachable_ends_with_a_reason() {
    let client = client().await;
    let lb = balancer(&client, json!({ "name": "a", "type": "LB-S" })).await;
    let certificates = format!("POST {ZONE}/lbs/{}/certificates", id(&lb));
    for (name, status) in [("www.example.org", "ready"), ("unreachable.example.org", "error")] {
        let expected = json!({ "name": "c", "letsencrypt": { "common_name": name } });
        let created = client.good(&certificates, expected).await;
        assert_eq!(created["status"], "pending");
        let settled = read(&client, &format!("certificates/{}", id(&created))).await;
        assert_eq!(settled["status"], status);
        assert_eq!(settled["status_details"].is_string(), status == "error");
    }
}

#[tokio::test]
async fn an_attached_network_has_an_address_of_ipam() {
    let client = client().await;
    let lb = balancer(&client, json!({ "name": "a", "type": "LB-S" })).await;
    let network = client.good("POST /vpc/v2/regions/fr-par/private-networks", json!({ "name": "n" })).await;
    let body = json!({ "private_network_id": network["id"] });
    let attached = client.good(&format!("POST {ZONE}/lbs/{}/attach-private-network", id(&lb)), body.clone()).await;
    assert_eq!(attached["status"], "pending");
    let list = format!("lbs/{}/private-networks", id(&lb));
    assert_eq!(read(&client, &list).await["private_network"][0]["status"], "ready");
    let held = format!("GET /ipam/v1/regions/fr-par/ips?resource_id={}&resource_type=lb_server", id(&lb));
    assert_eq!(client.call(&held).await.1["ips"][0]["id"], attached["ipam_ids"][0]);
    let detach = format!("POST {ZONE}/lbs/{}/detach-private-network", id(&lb));
    assert_eq!(client.call_with(&detach, body).await.0, 204);
    assert_eq!(read(&client, &list).await["total_count"], 0);
    assert_eq!(client.call(&held).await.1["total_count"], 0);
}
