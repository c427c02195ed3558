//! Zones and records of DNS, and purchases of domains, as recorded.

use scaleway_fake::Seed;
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const RECORDS: &str = "/domain/v2beta1/dns-zones/shop.example.org/records";

async fn zone(client: &Client) -> Value {
    client.good("POST /domain/v2beta1/dns-zones", json!({ "domain": "example.org", "subdomain": "shop" })).await
}

async fn change(client: &Client, changes: Value) -> Value {
    let body = json!({ "changes": changes, "return_all_records": false, "disallow_new_zone_creation": false });
    client.good(&format!("PATCH {RECORDS}"), body).await["records"].clone()
}

#[tokio::test]
async fn lifecycle_of_a_zone_is_as_recorded() {
    let client = client().await;
    let created = zone(&client).await;
    assert_eq!(
        (&created["status"], &created["message"], &created["ns_master"]),
        (&json!("active"), &Value::Null, &json!([]))
    );
    let (_, listed) = client.call("GET /domain/v2beta1/dns-zones?dns_zones=shop.example.org&domain=").await;
    assert_eq!((&listed["dns_zones"][0], &listed["total_count"]), (&created, &json!(1)));
    let (_, records) = client.call(&format!("GET {RECORDS}?name=&type=unknown")).await;
    assert_eq!((&records["total_count"], &records["records"][0]["data"]), (&json!(2), &json!("ns0.dom.scw.cloud.")));
    let one = "/domain/v2beta1/dns-zones/shop.example.org";
    let renamed = client.good(&format!("PATCH {one}"), json!({ "new_dns_zone": "store" })).await;
    assert_eq!(renamed["subdomain"], "store");
    assert_eq!(client.call(&format!("GET {RECORDS}")).await.0, 404);
    assert_eq!(client.call("DELETE /domain/v2beta1/dns-zones/store.example.org").await, (200, json!({})));
    let (_, listed) = client.call("GET /domain/v2beta1/dns-zones?dns_zone=store.example.org").await;
    assert_eq!(listed, json!({ "dns_zones": [], "total_count": 0 }));
}

#[tokio::test]
async fn records_are_added_set_and_deleted_by_changes_to_their_zone() {
    let client = client().await;
    let add = |data: &str| json!({ "add": { "records": [{ "name": "www", "type": "A", "data": data, "ttl": 60 }] } });
    let added = change(&client, json!([add("192.0.2.1"), add("192.0.2.2")])).await;
    assert_eq!(added.as_array().unwrap().len(), 2);
    let id = &added[0]["id"];
    let set = json!({ "set": { "id": id, "records": [{ "name": "www", "type": "A", "data": "192.0.2.3" }] } });
    let changed = change(&client, json!([set])).await;
    assert_eq!((&changed[0]["id"], &changed[0]["data"], &changed[0]["ttl"]), (id, &json!("192.0.2.3"), &json!(3600)));
    let (_, found) = client.call(&format!("GET {RECORDS}?name=www&type=A")).await;
    assert_eq!(found["total_count"], 2);
    assert_eq!(change(&client, json!([{ "delete": { "id": id } }])).await, json!([]));
    let body = json!({ "changes": [{ "delete": { "id": id } }] });
    assert_eq!(client.call_with(&format!("PATCH {RECORDS}"), body).await.0, 404);
}

#[tokio::test]
async fn domain_of_the_seed_can_be_read() {
    let seed = json!({ "objects": [
        { "kind": "domain/domain", "id": "example.org", "fields": { "domain": "example.org", "status": "active" } },
    ] });
    let client = Client::of(builder().seed(Seed::parse(&seed.to_string()).unwrap())).await;
    assert_eq!(client.call("GET /domain/v2beta1/domains/example.org").await.1["status"], "active");
    assert_eq!(client.call("GET /domain/v2beta1/domains/example.com").await.0, 404);
}

#[tokio::test]
async fn data_of_txt_mx_and_srv_records_has_the_form_of_the_api() {
    let client = client().await;
    for (record, data, priority) in [
        (json!({ "type": "TXT", "data": "v=spf1 -all" }), "\"v=spf1 -all\"", 0),
        (json!({ "type": "TXT", "data": "\"quoted\"" }), "\"quoted\"", 0),
        (json!({ "type": "MX", "data": "mail.example.org.", "priority": 10 }), "10 mail.example.org.", 10),
        (json!({ "type": "SRV", "data": "5 0 5060 sip.example.org." }), "5 0 5060 sip.example.org.", 5),
        (json!({ "type": "A", "data": "192.0.2.1", "priority": 3 }), "192.0.2.1", 3),
    ] {
        let added = change(&client, json!([{ "add": { "records": [record] } }])).await;
        assert_eq!((&added[0]["data"], &added[0]["priority"]), (&json!(data), &json!(priority)), "{record}");
    }
}

#[tokio::test]
async fn root_zone_cannot_be_deleted() {
    let client = client().await;
    client.good("POST /domain/v2beta1/dns-zones", json!({ "domain": "example.org", "subdomain": "" })).await;
    let (status, error) = client.call("DELETE /domain/v2beta1/dns-zones/example.org").await;
    assert_eq!((status, &error["type"]), (403, &json!("permissions_denied")));
}

fn order(domains: &[&str]) -> Value {
    let owner = json!({
        "legal_form": "individual", "firstname": "Ada", "lastname": "Lovelace", "email": "ada@example.org", "country": "FR",
        "phone_number": "+1.23456789", "address_line_1": "1 Main Street", "zip": "75001", "city": "Paris",
    });
    json!({ "domains": domains, "duration_in_years": 1, "owner_contact": owner })
}

#[tokio::test]
async fn purchase_is_a_task_of_several_domains_as_recorded() {
    let client = client().await;
    let ordered = client.good("POST /domain/v2beta1/buy-domains", order(&["one.example", "two.example"])).await;
    assert_eq!(ordered["domains"], json!(["one.example", "two.example"]));
    let (_, listed) = client.call("GET /domain/v2beta1/tasks?types=create_domain&domain=two.example").await;
    let task = &listed["tasks"][0];
    assert_eq!((&task["id"], &task["domain"]), (&ordered["task_id"], &json!("one.example,two.example")));
    let (_, others) = client.call("GET /domain/v2beta1/tasks?types=trade_domain").await;
    assert_eq!(others["total_count"], 0);
    let (_, domain) = client.call("GET /domain/v2beta1/domains/two.example").await;
    assert_eq!((&domain["auto_renew_status"], &domain["dnssec"]["status"]), (&json!("disabled"), &json!("disabled")));
    assert_eq!(domain["owner_contact"]["extension_eu"], json!({ "european_citizenship": "FR" }));
}

#[tokio::test]
async fn domain_is_not_bought_twice() {
    let client = client().await;
    client.good("POST /domain/v2beta1/buy-domains", order(&["one.example"])).await;
    let (status, _) =
        client.call_with("POST /domain/v2beta1/buy-domains", order(&["two.example", "one.example"])).await;
    assert_eq!(status, 412);
    assert_eq!(client.call("GET /domain/v2beta1/domains/two.example").await.0, 404);
}

#[tokio::test]
async fn renewal_and_dnssec_are_changed_as_recorded() {
    let client = client().await;
    client.good("POST /domain/v2beta1/buy-domains", order(&["one.example"])).await;
    let one = "/domain/v2beta1/domains/one.example";
    let renewed = client.good(&format!("POST {one}/enable-auto-renew"), json!({})).await;
    assert_eq!(renewed["auto_renew_status"], "enabled");
    let secured = client.good(&format!("POST {one}/enable-dnssec"), json!({})).await;
    assert_eq!(secured["dnssec"]["ds_records"][0]["algorithm"], "ecdsap256sha256");
    let disabled = client.good(&format!("POST {one}/disable-auto-renew"), json!({})).await;
    assert_eq!(disabled["auto_renew_status"], "disabled");
    let insecure = client.good(&format!("POST {one}/disable-dnssec"), json!({})).await;
    assert_eq!(insecure["dnssec"]["ds_records"], json!([]));
}
