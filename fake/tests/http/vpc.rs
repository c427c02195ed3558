//! VPCs, private networks and their addresses, as recorded.

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, client};

const VPCS: &str = "/vpc/v2/regions/fr-par/vpcs";
const NETWORKS: &str = "/vpc/v2/regions/fr-par/private-networks";
const IPS: &str = "/ipam/v1/regions/fr-par/ips";

async fn vpc(client: &Client, name: &str) -> Value {
    client.good(&format!("POST {VPCS}"), json!({ "name": name, "tags": [], "enable_routing": false })).await
}

#[tokio::test]
async fn lifecycle_of_a_vpc_is_as_recorded() {
    let client = client().await;
    let created = vpc(&client, "main").await;
    let expected = json!({
        "created_at": "2026-07-17T09:50:00.638933Z", "custom_routes_propagation_enabled": true, "id": created["id"],
        "is_default": false, "name": "main", "organization_id": DEFAULT_ORGANIZATION, "private_network_count": 0,
        "project_id": DEFAULT_ORGANIZATION, "region": "fr-par", "routing_enabled": true,
        "object_storage_private_access_enabled": false, "tags": [], "transitivity_enabled": false,
        "updated_at": "2026-07-17T09:50:00.638933Z",
        "srn": format!("srn://vpc.scw.eu/regions/fr-par/vpcs/{}", created["id"].as_str().unwrap()),
    });
    assert_eq!(created, expected);
    let id = created["id"].as_str().unwrap();
    let enabled = client.good(&format!("POST {VPCS}/{id}/enable-custom-routes-propagation"), json!({})).await;
    assert_eq!(enabled["custom_routes_propagation_enabled"], true);
    let network = client.good(&format!("POST {NETWORKS}"), json!({ "name": "net", "vpc_id": id })).await;
    assert_eq!(client.call(&format!("GET {VPCS}/{id}")).await.1["private_network_count"], 1);
    let (status, error) = client.call(&format!("DELETE {VPCS}/{id}")).await;
    assert_eq!((status, &error["precondition"]), (412, &json!("resource_still_in_use")));
    assert_eq!(client.call(&format!("DELETE {NETWORKS}/{}", network["id"].as_str().unwrap())).await.0, 204);
    assert_eq!(client.call(&format!("DELETE {VPCS}/{id}")).await.0, 204);
    assert_eq!(client.call(&format!("GET {VPCS}/{id}")).await.1["resource"], "vpc");
}

#[tokio::test]
async fn filter_by_name_selects_every_vpc_that_contains_it() {
    let client = client().await;
    for name in ["test-vpc-one", "test-vpc-two", "other"] {
        vpc(&client, name).await;
    }
    assert_eq!(client.call(&format!("GET {VPCS}?name=test-vpc")).await.1["total_count"], 2);
    assert_eq!(client.call(&format!("GET {VPCS}?name=test-vpc-one")).await.1["total_count"], 1);
    assert_eq!(client.call(&format!("GET {VPCS}?order_by=created_at_asc")).await.1["total_count"], 3);
}

#[tokio::test]
async fn default_vpc_is_created_when_it_is_needed_first() {
    let client = client().await;
    assert_eq!(client.call(&format!("GET {VPCS}")).await.1["total_count"], 0);
    let network = client.good(&format!("POST {NETWORKS}"), json!({ "name": "net", "subnets": null })).await;
    let (_, defaults) = client.call(&format!("GET {VPCS}?is_default=true")).await;
    assert_eq!((&defaults["total_count"], &defaults["vpcs"][0]["id"]), (&json!(1), &network["vpc_id"]));
    assert_eq!(defaults["vpcs"][0]["tags"], json!(["default"]));
    let (_, elsewhere) = client.call("GET /vpc/v2/regions/nl-ams/vpcs?is_default=true").await;
    assert_eq!(elsewhere["total_count"], 1);
}

#[tokio::test]
async fn private_network_has_a_subnet_of_each_ip_version() {
    let client = client().await;
    let vpc = vpc(&client, "main").await;
    let body = json!({ "name": "one", "vpc_id": vpc["id"], "subnets": null });
    let one = client.good(&format!("POST {NETWORKS}"), body).await;
    let body = json!({ "name": "two", "vpc_id": vpc["id"], "subnets": ["192.168.0.0/24"], "tags": ["t"] });
    let two = client.good(&format!("POST {NETWORKS}"), body).await;
    let block = |network: &Value, place: usize| network["subnets"][place]["subnet"].as_str().unwrap().to_owned();
    assert_eq!((block(&one, 0).as_str(), block(&two, 0).as_str()), ("172.16.0.0/22", "192.168.0.0/24"));
    for network in [&one, &two] {
        assert_eq!(network["subnets"].as_array().unwrap().len(), 2);
        assert!(block(network, 1).starts_with("fd") && block(network, 1).ends_with("::/64"), "{network}");
        assert_eq!(network["subnets"][1]["private_network_id"], network["id"]);
    }
    let body = json!({ "name": "three", "vpc_id": vpc["id"], "subnets": ["192.168.0.0/16"] });
    assert_eq!(client.call_with(&format!("POST {NETWORKS}"), body).await.0, 400);
    let (_, found) = client.call(&format!("GET {NETWORKS}?name=two&tags=t&order_by=created_at_asc")).await;
    assert_eq!((&found["total_count"], &found["private_networks"][0]["id"]), (&json!(1), &two["id"]));
    let (_, subnets) =
        client.call(&format!("GET /vpc/v2/regions/fr-par/subnets?vpc_id={}", vpc["id"].as_str().unwrap())).await;
    assert_eq!(subnets["total_count"], 4);
}

#[tokio::test]
async fn network_with_a_container_is_not_deleted() {
    let client = client().await;
    let network = client.good(&format!("POST {NETWORKS}"), json!({ "name": "net" })).await;
    let namespace = client.good("POST /containers/v1/regions/fr-par/namespaces", json!({ "name": "n" })).await;
    client.call(&format!("GET /containers/v1/regions/fr-par/namespaces/{}", namespace["id"].as_str().unwrap())).await;
    let body = json!({ "namespace_id": namespace["id"], "name": "web", "image": "nginx",
        "private_network_id": network["id"] });
    let container = client.good("POST /containers/v1/regions/fr-par/containers", body).await;
    let one = format!("{NETWORKS}/{}", network["id"].as_str().unwrap());
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 412);
    let container = format!("/containers/v1/regions/fr-par/containers/{}", container["id"].as_str().unwrap());
    let patched = client.good(&format!("PATCH {container}"), json!({ "private_network_id": "" })).await;
    assert_eq!(patched.get("private_network_id"), None);
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
}

#[tokio::test]
async fn addresses_can_be_booked_and_released() {
    let client = client().await;
    let network = client.good(&format!("POST {NETWORKS}"), json!({ "name": "net" })).await;
    let source = json!({ "private_network_id": network["id"] });
    let booked = client.good(&format!("POST {IPS}"), json!({ "source": source, "tags": ["t"] })).await;
    assert_eq!((&booked["address"], &booked["resource"]), (&json!("172.16.0.2/22"), &Value::Null));
    let other = json!({ "source": { "subnet_id": network["subnets"][0]["id"] }, "address": "172.16.0.2" });
    assert_eq!(client.call_with(&format!("POST {IPS}"), other).await.0, 409);
    let ipv6 = client.good(&format!("POST {IPS}"), json!({ "source": source, "is_ipv6": true })).await;
    assert!(ipv6["address"].as_str().unwrap().starts_with("fd"), "{ipv6}");
    let (_, found) = client.call(&format!("GET {IPS}?tags=t&resource_type=unknown_type&attached=false")).await;
    assert_eq!((&found["total_count"], &found["ips"][0]["id"]), (&json!(1), &booked["id"]));
    assert_eq!(client.call(&format!("GET {IPS}?zonal=fr-par-1")).await.1["total_count"], 0);
    assert_eq!(client.call(&format!("DELETE {IPS}/{}", booked["id"].as_str().unwrap())).await.0, 204);
}

#[tokio::test]
async fn rules_of_an_access_control_list_that_match_no_packet_are_rejected() {
    let client = client().await;
    let created = vpc(&client, "main").await;
    let list = format!("PUT {VPCS}/{}/acl-rules", created["id"].as_str().unwrap());
    let good = json!({ "action": "drop", "source": "10.0.0.0/8", "destination": "0.0.0.0/0" });
    let body = |rule: &Value| json!({ "default_policy": "accept", "rules": [rule], "is_ipv6": false });
    let mut described = good.clone();
    described["description"] = json!("office");
    let (status, answer) = client.call_with(&list, body(&described)).await;
    assert_eq!((status, &answer["rules"][0]["description"]), (200, &json!("(Rule scope: client) office")));
    for (field, value) in [
        ("action", Value::Null),
        ("action", json!("unknown_action")),
        ("source", Value::Null),
        ("destination", Value::Null),
        ("destination", json!("fd00::/8")),
        ("dst_port_low", json!(500)),
    ] {
        let mut rule = good.clone();
        rule[field] = value.clone();
        if value.is_null() {
            rule.as_object_mut().unwrap().remove(field);
        }
        let (status, answer) = client.call_with(&list, body(&rule)).await;
        assert_eq!((status, &answer["type"]), (400, &json!("invalid_arguments")), "{field} {value}: {answer}");
    }
}

#[tokio::test]
async fn booked_address_is_attached_detached_and_assigned_to_a_database() {
    let client = client().await;
    let network = client.good(&format!("POST {NETWORKS}"), json!({ "name": "net" })).await;
    let network = network["id"].as_str().unwrap();
    let book = json!({ "source": { "private_network_id": network }, "address": "172.16.0.7" });
    let one = client.good(&format!("POST {IPS}"), book).await;
    let one = format!("{IPS}/{}", one["id"].as_str().unwrap());
    let machine = json!({ "resource": { "mac_address": "02:00:00:00:00:01", "name": "machine" } });
    let attached = client.good(&format!("POST {one}/attach"), machine.clone()).await;
    assert_eq!(attached["resource"]["type"], "custom");
    assert_eq!(client.call_with(&format!("POST {one}/attach"), machine.clone()).await.0, 412);
    let other = json!({ "resource": { "mac_address": "02:00:00:00:00:02" } });
    assert_eq!(client.call_with(&format!("POST {one}/detach"), other).await.0, 412);
    assert_eq!(client.good(&format!("POST {one}/detach"), machine).await["resource"], Value::Null);

    let private = json!({ "private_network_id": network, "service_ip": "172.16.0.7/22" });
    let body = json!({ "name": "main", "engine": "PostgreSQL-15", "node_type": "DB-DEV-S",
        "init_endpoints": [{ "private_network": private }] });
    let instance = client.good("POST /rdb/v1/regions/fr-par/instances", body).await;
    let held = client.call(&format!("GET {one}")).await.1["resource"].clone();
    assert_eq!((&held["type"], &held["id"]), (&json!("rdb_instance"), &instance["id"]));
    let id = instance["id"].as_str().unwrap();
    client.call(&format!("GET /rdb/v1/regions/fr-par/instances/{id}")).await;
    client.call(&format!("DELETE /rdb/v1/regions/fr-par/instances/{id}")).await;
    assert_eq!(client.call(&format!("GET {one}")).await.1["resource"], Value::Null);
}

#[tokio::test]
async fn empty_description_of_a_route_is_replaced_by_the_default() {
    let client = client().await;
    let vpc = vpc(&client, "main").await;
    let body =
        json!({ "vpc_id": vpc["id"], "destination": "10.0.0.0/8", "description": "", "nexthop_resource_id": "a" });
    let route = client.good("POST /vpc/v2/regions/fr-par/routes", body).await;
    assert_eq!(route["description"], "Custom route");
    let body = json!({ "vpc_id": vpc["id"], "destination": "10.0.0.0/8", "nexthop_resource_id": "a" });
    let route = client.good("POST /vpc/v2/regions/fr-par/routes", body).await;
    assert_eq!(route["description"], "Custom route");
}
