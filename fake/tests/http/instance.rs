//! Instances, as recorded.

use serde_json::{Value, json};

use crate::client::{Client, client};

const ZONE: &str = "/instance/v1/zones/fr-par-1";

#[tokio::test]
async fn answers_are_wrapped_and_lists_are_in_pages() {
    let client = client().await;
    let mut ids = Vec::new();
    for tag in ["one", "two", "three"] {
        let (status, made) = client.call_with(&format!("POST {ZONE}/ips"), json!({ "tags": [tag, "all"] })).await;
        assert_eq!((status, &made["ip"]["type"], &made["ip"]["prefix"]), (201, &json!("routed_ipv4"), &Value::Null));
        ids.push(made["ip"]["id"].as_str().unwrap().to_owned());
    }
    let (_, page) = client.call(&format!("GET {ZONE}/ips?per_page=2&page=2")).await;
    assert_eq!(page, json!({ "ips": [page["ips"][0]] }), "the count is in a header");
    assert_eq!(page["ips"][0]["id"], json!(ids[2]));
    let (_, tagged) = client.call(&format!("GET {ZONE}/ips?tags=all,two")).await;
    assert_eq!(tagged["ips"].as_array().map(Vec::len), Some(1));
    let (_, prefix) = client.call_with(&format!("POST {ZONE}/ips"), json!({ "type": "routed_ipv6" })).await;
    assert_eq!(prefix["ip"]["address"], Value::Null);
    assert!(prefix["ip"]["prefix"].as_str().unwrap().ends_with("/64"));
}

#[tokio::test]
async fn null_removes_the_reverse_name_of_an_address() {
    let client = client().await;
    let (_, made) = client.call_with(&format!("POST {ZONE}/ips"), json!({})).await;
    let path = format!("PATCH {ZONE}/ips/{}", made["ip"]["id"].as_str().unwrap());
    let (_, named) = client.call_with(&path, json!({ "reverse": "web.example.net" })).await;
    assert_eq!(named["ip"]["reverse"], json!("web.example.net"));
    assert_eq!(client.call_with(&path, json!({ "reverse": "web.shop.invalid" })).await.0, 400);
    let (_, kept) = client.call_with(&path, json!({ "tags": ["a"] })).await;
    assert_eq!(kept["ip"]["reverse"], json!("web.example.net"));
    let (_, removed) = client.call_with(&path, json!({ "reverse": null })).await;
    assert_eq!(removed["ip"]["reverse"], Value::Null);
}

#[tokio::test]
async fn rules_of_a_security_group_are_numbered_and_follow_those_of_scaleway() {
    let client = client().await;
    let (_, made) = client.call_with(&format!("POST {ZONE}/security_groups"), json!({ "name": "a" })).await;
    let group = format!("{ZONE}/security_groups/{}", made["security_group"]["id"].as_str().unwrap());
    let rule = json!({ "action": "accept", "protocol": "TCP", "direction": "inbound", "ip_range": "192.0.2.1/32", "dest_port_from": 22 });
    let (status, set) = client.call_with(&format!("PUT {group}/rules"), json!({ "rules": [rule] })).await;
    let rules = set["rules"].as_array().unwrap();
    assert_eq!((status, rules.len(), &rules[0]["editable"]), (200, 7, &json!(false)));
    assert_eq!((&rules[6]["ip_range"], &rules[6]["position"]), (&json!("192.0.2.1"), &json!(1)));
    let (_, listed) = client.call(&format!("GET {group}/rules")).await;
    assert_eq!(listed["rules"], set["rules"]);
    client.call_with(&format!("PATCH {group}"), json!({ "enable_default_security": false })).await;
    let (_, listed) = client.call(&format!("GET {group}/rules")).await;
    assert_eq!(listed["rules"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_image_shows_the_snapshots_of_its_volumes() {
    let client = client().await;
    let volume = json!({ "name": "a", "volume_type": "l_ssd", "size": 20_000_000_000_u64 });
    let (status, volume) = client.call_with(&format!("POST {ZONE}/volumes"), volume).await;
    assert_eq!((status, &volume["volume"]["server"]), (201, &Value::Null));
    let copy = json!({ "name": "b", "volume_id": volume["volume"]["id"] });
    let (_, copy) = client.call_with(&format!("POST {ZONE}/snapshots"), copy).await;
    assert_eq!(
        (&copy["snapshot"]["size"], &copy["task"]["description"]),
        (&volume["volume"]["size"], &json!("fake task"))
    );
    let id = &copy["snapshot"]["id"];
    let image = json!({ "name": "c", "root_volume": id, "arch": "x86_64", "extra_volumes": { "1": { "id": id } } });
    let (_, image) = client.call_with(&format!("POST {ZONE}/images"), image).await;
    assert_eq!((&image["image"]["root_volume"]["id"], &image["image"]["extra_volumes"]["1"]["id"]), (id, id));
    let path = format!("{ZONE}/volumes/{}", volume["volume"]["id"].as_str().unwrap());
    let (status, _) = client.call_with(&format!("PATCH {path}"), json!({ "size": 30_000_000_000_u64 })).await;
    assert_eq!(status, 400, "a local volume cannot be resized");
    let copied = json!({ "name": "d", "volume_type": "l_ssd", "base_snapshot": id });
    let (_, copied) = client.call_with(&format!("POST {ZONE}/volumes"), copied).await;
    assert_eq!(copied["volume"]["size"], volume["volume"]["size"]);
}

/// A new server; its ID.
async fn server(client: &Client, more: Value) -> String {
    let mut body = json!({ "name": "web", "commercial_type": "DEV1-S", "volumes": {} });
    let (_, images) =
        client.call("GET /marketplace/v2/local-images?image_label=ubuntu_noble&zone=fr-par-1&arch=x86_64").await;
    body["image"] = images["local_images"][0]["id"].clone();
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let (status, made) = client.call_with(&format!("POST {ZONE}/servers"), body).await;
    assert_eq!((status, &made["server"]["state"]), (201, &json!("stopped")), "{made}");
    made["server"]["id"].as_str().unwrap().to_owned()
}

async fn act(client: &Client, id: &str, action: &str) -> u16 {
    client.call_with(&format!("POST {ZONE}/servers/{id}/action"), json!({ "action": action })).await.0
}

async fn state(client: &Client, id: &str) -> Value {
    client.call(&format!("GET {ZONE}/servers/{id}")).await.1["server"]["state"].clone()
}

#[tokio::test]
async fn backup_is_an_image_of_a_snapshot_of_each_volume() {
    let client = client().await;
    let id = server(&client, json!({})).await;
    let body = json!({ "action": "backup", "name": "daily" });
    let (status, made) = client.call_with(&format!("POST {ZONE}/servers/{id}/action"), body).await;
    let image = made["task"]["href_result"].as_str().unwrap().to_owned();
    assert_eq!((status, image.starts_with("/images/")), (202, true), "{made}");
    let (_, image) = client.call(&format!("GET {ZONE}{image}")).await;
    let (name, from) = (&image["image"]["name"], &image["image"]["from_server"]);
    assert_eq!((name, from, &image["image"]["state"]), (&json!("daily"), &json!(id), &json!("available")));
    assert!(image["image"]["root_volume"]["id"].is_string(), "{image}");
}

#[tokio::test]
async fn actions_change_the_power_state_of_a_server() {
    let client = client().await;
    let id = server(&client, json!({})).await;
    for (action, then) in [
        ("poweron", "running"),
        ("stop_in_place", "stopped in place"),
        ("poweron", "running"),
        ("reboot", "running"),
        ("poweroff", "stopped"),
    ] {
        assert_eq!(act(&client, &id, action).await, 202, "{action}");
        assert_eq!(state(&client, &id).await, json!(then), "{action}");
    }
    assert_eq!(act(&client, &id, "poweroff").await, 412);
    assert_eq!(act(&client, &id, "terminate").await, 412);
}

#[tokio::test]
async fn a_terminated_server_takes_its_local_volumes_along_and_frees_those_of_block_storage() {
    let client = client().await;
    for (kind, path, status) in [
        ("l_ssd", format!("{ZONE}/volumes"), 404),
        ("sbs_volume", String::from("/block/v1/zones/fr-par-1/volumes"), 200),
    ] {
        let volumes = json!({ "volumes": { "0": { "volume_type": kind, "size": 10_000_000_000_u64 } } });
        let id = server(&client, volumes).await;
        let (_, shown) = client.call(&format!("GET {ZONE}/servers/{id}")).await;
        let root = shown["server"]["volumes"]["0"]["id"].as_str().unwrap().to_owned();
        let (used, _) = client.call(&format!("DELETE {path}/{root}")).await;
        assert_eq!(used, 412, "{kind}");
        act(&client, &id, "poweron").await;
        act(&client, &id, "terminate").await;
        assert_eq!(client.call(&format!("GET {ZONE}/servers/{id}")).await.0, 404);
        assert_eq!(client.call(&format!("GET {path}/{root}")).await.0, status, "{kind}");
    }
}

#[tokio::test]
async fn only_a_stopped_server_is_deleted_and_its_volumes_are_kept() {
    let client = client().await;
    let id = server(&client, json!({ "volumes": { "0": { "volume_type": "l_ssd" } } })).await;
    act(&client, &id, "poweron").await;
    assert_eq!(client.call(&format!("DELETE {ZONE}/servers/{id}")).await.0, 412);
    act(&client, &id, "poweroff").await;
    assert_eq!(client.call(&format!("DELETE {ZONE}/servers/{id}")).await.0, 204);
    let (_, volumes) = client.call(&format!("GET {ZONE}/volumes")).await;
    assert_eq!(
        (volumes["volumes"].as_array().map(Vec::len), &volumes["volumes"][0]["server"]),
        (Some(1), &Value::Null)
    );
}

#[tokio::test]
async fn a_type_changes_and_a_placement_group_is_joined_while_the_server_is_stopped() {
    let client = client().await;
    let id = server(&client, json!({})).await;
    let (_, group) = client.call_with(&format!("POST {ZONE}/placement_groups"), json!({ "name": "a" })).await;
    let changes =
        [json!({ "commercial_type": "DEV1-M" }), json!({ "placement_group": group["placement_group"]["id"] })];
    act(&client, &id, "poweron").await;
    for change in &changes {
        assert_eq!(client.call_with(&format!("PATCH {ZONE}/servers/{id}"), change.clone()).await.0, 412, "{change}");
    }
    act(&client, &id, "poweroff").await;
    for change in changes {
        assert_eq!(client.call_with(&format!("PATCH {ZONE}/servers/{id}"), change.clone()).await.0, 200, "{change}");
    }
    let in_group =
        client.call_with(&format!("PATCH {ZONE}/servers/{id}"), json!({ "commercial_type": "DEV1-S" })).await;
    assert_eq!(in_group.0, 412);
}

#[tokio::test]
async fn an_address_moves_between_servers_and_user_data_is_plain_text() {
    let client = client().await;
    let (_, made) = client.call_with(&format!("POST {ZONE}/ips"), json!({})).await;
    let address = made["ip"]["id"].as_str().unwrap().to_owned();
    let one = server(&client, json!({ "public_ips": [address] })).await;
    let other = server(&client, json!({})).await;
    let path = format!("PATCH {ZONE}/ips/{address}");
    assert_eq!(client.call_with(&path, json!({ "server": other })).await.0, 400, "it is attached to another server");
    let (_, free) = client.call_with(&path, json!({ "server": null })).await;
    assert_eq!(free["ip"]["state"], json!("detached"));
    let (_, moved) = client.call_with(&path, json!({ "server": other })).await;
    assert_eq!(moved["ip"]["server"]["id"], json!(other));
    let (_, shown) = client.call(&format!("GET {ZONE}/servers/{one}")).await;
    assert_eq!(shown["server"]["public_ips"], json!([]));
    let (_, keys) = client.call(&format!("GET {ZONE}/servers/{one}/user_data")).await;
    assert_eq!(keys, json!({ "user_data": [] }));
    assert_eq!(client.call(&format!("GET {ZONE}/servers/{one}/user_data/foo")).await.0, 404);
}

#[tokio::test]
async fn an_interface_of_a_stopped_server_is_available_at_once() {
    let client = client().await;
    let id = server(&client, json!({})).await;
    let (_, network) = client.call_with("POST /vpc/v2/regions/fr-par/private-networks", json!({ "name": "a" })).await;
    let path = format!("POST {ZONE}/servers/{id}/private_nics");
    let body = json!({ "private_network_id": network["id"] });
    let (status, made) = client.call_with(&path, body.clone()).await;
    assert_eq!((status, &made["private_nic"]["state"]), (201, &json!("available")));
    assert_eq!(client.call_with(&path, body).await.0, 400, "a server has one interface for each network");
    let nic = made["private_nic"]["id"].as_str().unwrap();
    let (_, addresses) = client.call(&format!("GET /ipam/v1/regions/fr-par/ips?resource_ids={nic}")).await;
    assert_eq!(addresses["ips"].as_array().map(Vec::len), Some(2));
    assert_eq!(client.call(&format!("DELETE {ZONE}/servers/{id}/private_nics/{nic}")).await.0, 204);
    let (_, addresses) = client.call(&format!("GET /ipam/v1/regions/fr-par/ips?resource_ids={nic}")).await;
    assert_eq!(addresses["ips"], json!([]));
}

#[tokio::test]
async fn types_are_a_map_in_pages() {
    let client = client().await;
    let (_, types) = client.call(&format!("GET {ZONE}/products/servers?per_page=2&page=2")).await;
    assert_eq!(types["servers"].as_object().map(serde_json::Map::len), Some(2));
    let (_, stock) = client.call(&format!("GET {ZONE}/products/servers/availability")).await;
    assert_eq!(stock["servers"]["DEV1-S"], json!({ "availability": "available" }));
    let body = json!({ "name": "a", "commercial_type": "NONE", "image": "a" });
    assert_eq!(client.call_with(&format!("POST {ZONE}/servers"), body).await.0, 400);
}
