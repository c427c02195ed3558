//! Public gateways and what belongs to them, as recorded.

use std::time::Duration;

use scaleway_fake::Seed;
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const GATEWAYS: &str = "/vpc-gw/v2/zones/fr-par-1/gateways";
const NETWORKS: &str = "/vpc-gw/v2/zones/fr-par-1/gateway-networks";
const IPS: &str = "/vpc-gw/v2/zones/fr-par-1/ips";
const RULES: &str = "/vpc-gw/v2/zones/fr-par-1/pat-rules";

async fn gateway(client: &Client) -> Value {
    client.good(&format!("POST {GATEWAYS}"), json!({ "name": "way-out", "type": "VPC-GW-S", "tags": [] })).await
}

async fn read(client: &Client, path: &str, object: &Value) -> Value {
    client.call(&format!("GET {path}/{}", object["id"].as_str().unwrap())).await.1
}

#[tokio::test]
async fn address_remains_after_its_gateway_is_deleted() {
    let client = client().await;
    let created = gateway(&client).await;
    assert_eq!((&created["status"], created.get("version")), (&json!("allocating"), None));
    let seen = read(&client, GATEWAYS, &created).await;
    assert_eq!((&seen["status"], &seen["version"]), (&json!("running"), &json!("0.8.5")));
    let address = &created["ipv4"];
    assert_eq!(address["gateway_id"], created["id"]);
    let request = format!("DELETE {IPS}/{}", address["id"].as_str().unwrap());
    assert_eq!(client.call(&request).await.1["precondition"], "resource_still_in_use");
    let deleted = client.good(&format!("DELETE {GATEWAYS}/{}", created["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(deleted["status"], "deleting");
    assert_eq!(read(&client, GATEWAYS, &created).await["resource"], "gateway");
    assert_eq!(read(&client, IPS, address).await.get("gateway_id"), None);
    assert_eq!(client.call(&request).await.0, 204);
}

#[tokio::test]
async fn reverse_name_must_resolve_to_the_address() {
    let seed = Seed::parse(r#"{ "external_domains": ["shop.test"] }"#).unwrap();
    let client = Client::of(builder().seed(seed)).await;
    let created = client.good(&format!("POST {IPS}"), json!({ "tags": [] })).await;
    let update = format!("PATCH {IPS}/{}", created["id"].as_str().unwrap());
    for elsewhere in ["out.example.com", "out.shop.test"] {
        assert_eq!(client.good(&update, json!({ "reverse": elsewhere })).await["reverse"], elsewhere);
    }
    for unknown in ["out.shop.invalid", "out.othershop.test", "out"] {
        assert_eq!(client.call_with(&update, json!({ "reverse": unknown })).await.0, 400, "{unknown}");
    }
    client.good("POST /domain/v2beta1/dns-zones", json!({ "domain": "example.org", "subdomain": "shop" })).await;
    let expected = json!({ "reverse": "out.shop.example.org" });
    let (status, error) = client.call_with(&update, expected.clone()).await;
    assert_eq!((status, &error["details"][0]["argument_name"]), (400, &json!("reverse")));
    assert!(error["details"][0]["help_message"].as_str().unwrap().starts_with("Your reverse must resolve."));
    for (kind, name, data) in [("A", "way", created["address"].as_str().unwrap()), ("CNAME", "out", "way")] {
        let record = json!({ "name": name, "type": kind, "data": data, "ttl": 60 });
        let body = json!({ "changes": [{ "add": { "records": [record] } }] });
        client.good("PATCH /domain/v2beta1/dns-zones/shop.example.org/records", body).await;
    }
    assert_eq!(client.good(&update, expected).await["reverse"], "out.shop.example.org");
    let leave = json!({ "name": "gone", "type": "CNAME", "data": "out.shop.invalid.", "ttl": 60 });
    let body = json!({ "changes": [{ "add": { "records": [leave] } }] });
    client.good("PATCH /domain/v2beta1/dns-zones/shop.example.org/records", body).await;
    let outside = json!({ "reverse": "gone.shop.example.org" });
    assert_eq!(client.call_with(&update, outside).await.0, 400, "the name outside of the zones is unknown");
    let usual = client.good(&update, json!({ "reverse": "" })).await;
    assert!(usual["reverse"].as_str().unwrap().ends_with(".instances.scw.cloud"));
    assert_eq!(client.good(&update, json!({ "reverse": usual["reverse"] })).await["reverse"], usual["reverse"]);
}

#[tokio::test]
async fn change_is_visible_at_the_next_read_and_others_are_rejected_meanwhile() {
    let client = Client::of(builder().settle(Duration::from_secs(10))).await;
    let created = gateway(&client).await;
    client.fake.clock().advance(Duration::from_secs(10));
    let id = created["id"].as_str().unwrap();
    let larger = client.good(&format!("POST {GATEWAYS}/{id}/upgrade"), json!({ "type": "VPC-GW-M" })).await;
    assert_eq!((&larger["status"], &larger["bandwidth"]), (&json!("running"), &json!(1000)));
    assert_eq!(read(&client, GATEWAYS, &created).await["status"], "failed");
    client.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(read(&client, GATEWAYS, &created).await["status"], "configuring");
    let rule = json!({ "gateway_id": id, "private_ip": "172.16.0.9", "private_port": 22, "public_port": 2022 });
    let (status, error) = client.call_with(&format!("POST {RULES}"), rule.clone()).await;
    assert_eq!((status, &error["current_state"]), (409, &json!("configuring")));
    client.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(read(&client, GATEWAYS, &created).await["status"], "running");
    assert_eq!(client.good(&format!("POST {RULES}"), rule).await["protocol"], "both");
}

#[tokio::test]
async fn attached_network_has_an_address_in_ipam_and_is_not_deleted() {
    let client = client().await;
    let created = gateway(&client).await;
    let network = client.good("POST /vpc/v2/regions/fr-par/private-networks", json!({ "name": "net" })).await;
    let expected =
        json!({ "gateway_id": created["id"], "private_network_id": network["id"], "enable_masquerade": true });
    let attached = client.good(&format!("POST {NETWORKS}"), expected).await;
    assert_eq!((&attached["status"], attached.get("mac_address")), (&json!("created"), None));
    assert!(read(&client, NETWORKS, &attached).await["mac_address"].is_string());
    let held = read(&client, "/ipam/v1/regions/fr-par/ips", &json!({ "id": attached["ipam_ip_id"] })).await;
    assert_eq!((&held["resource"]["type"], &held["resource"]["id"]), (&json!("vpc_gateway_network"), &attached["id"]));
    assert_eq!(held["resource"]["name"], created["name"]);
    for held in [
        format!("{GATEWAYS}/{}", created["id"].as_str().unwrap()),
        format!("/vpc/v2/regions/fr-par/private-networks/{}", network["id"].as_str().unwrap()),
    ] {
        assert_eq!(client.call(&format!("DELETE {held}")).await.0, 412, "{held}");
    }
    let id = attached["id"].as_str().unwrap();
    assert_eq!(client.call(&format!("DELETE {NETWORKS}/{id}")).await.1["status"], "detaching");
    assert_eq!(client.call(&format!("GET {NETWORKS}/{id}")).await.1["resource"], "gateway_network");
    assert_eq!(client.call("GET /ipam/v1/regions/fr-par/ips").await.1["total_count"], 0);
}
