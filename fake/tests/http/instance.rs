//! Instances, as recorded.

use serde_json::{Value, json};

use crate::client::client;

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
