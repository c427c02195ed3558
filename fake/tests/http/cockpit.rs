//! Cockpit, as recorded.

use std::time::Duration;

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const COCKPIT: &str = "/cockpit/v1/regions/fr-par";
const RULE: &str = "6c6843af-1815-46df-9e52-6feafcf31fd7";

#[tokio::test]
async fn lifecycle_of_a_data_source_is_as_recorded() {
    let client = client().await;
    let body = json!({ "name": "main", "type": "logs", "retention_days": 10 });
    let mut created = client.good(&format!("POST {COCKPIT}/data-sources"), body).await;
    let id = created["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "created_at": "2026-07-17T09:50:00.638933Z", "id": id, "name": "main", "origin": "custom",
        "project_id": DEFAULT_ORGANIZATION, "region": "fr-par", "retention_days": 10,
        "synchronized_with_grafana": false, "type": "logs", "updated_at": "2026-07-17T09:50:00.638933Z",
        "url": format!("https://{id}.logs.cockpit.fr-par.scw.cloud"),
    });
    assert_eq!(created, expected);
    let one = format!("{COCKPIT}/data-sources/{id}");
    created["current_month_usage"] = json!(0);
    created["synchronized_with_grafana"] = json!(true);
    assert_eq!(client.call(&format!("GET {one}")).await.1, created);
    assert_eq!(client.good(&format!("PATCH {one}"), json!({ "retention_days": 20 })).await["retention_days"], 20);
    for (filter, count) in [("types=logs&origin=unknown_origin", 1), ("types=metrics", 0), ("origin=scaleway", 0)] {
        let (_, found) = client.call(&format!("GET {COCKPIT}/data-sources?order_by=created_at_asc&{filter}")).await;
        assert_eq!(found["total_count"], count, "{filter}");
    }
    let body = json!({ "name": "long", "type": "logs", "retention_days": 1826 });
    assert_eq!(client.call_with(&format!("POST {COCKPIT}/data-sources"), body).await.0, 400);
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
    assert_eq!(client.call(&format!("GET {one}")).await.1["resource"], "data source");
}

#[tokio::test]
async fn every_answer_contains_the_secret_of_a_token() {
    let client = client().await;
    let scopes = json!(["write_only_metrics", "write_only_logs"]);
    let body = json!({ "name": "main", "token_scopes": ["write_only_logs", "write_only_metrics"] });
    let created = client.good(&format!("POST {COCKPIT}/tokens"), body).await;
    assert_eq!((&created["scopes"], created["secret_key"].is_string()), (&scopes, true));
    let one = format!("{COCKPIT}/tokens/{}", created["id"].as_str().unwrap());
    assert_eq!(client.call(&format!("GET {one}")).await, (200, created));
    let (_, found) = client.call(&format!("GET {COCKPIT}/tokens?token_scopes=write_only_logs")).await;
    assert_eq!(found["total_count"], 1);
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
    assert_eq!(client.call(&format!("DELETE {one}")).await.1["resource"], "token");
}

#[tokio::test]
async fn preconfigured_alerts_are_listed_after_the_first_rule_is_enabled() {
    let client = client().await;
    let list = format!("GET {COCKPIT}/alerts?is_preconfigured=true");
    assert_eq!(client.call(&list).await, (200, json!({ "alerts": [], "total_count": 0 })));
    let manager = format!("{COCKPIT}/alert-manager");
    client.good(&format!("POST {manager}/enable"), json!({})).await;
    assert_eq!(client.call(&list).await.1["total_count"], 0);
    client.good(&format!("POST {manager}/enable-alert-rules"), json!({ "rule_ids": [RULE] })).await;
    let (_, found) = client.call(&list).await;
    let alerts = found["alerts"].as_array().unwrap();
    let with_dashboard = alerts.iter().filter(|alert| alert["annotations"]["dashboard_path"].is_string()).count();
    assert_eq!((alerts.len(), with_dashboard), (22, 21));
    let alert = alerts.iter().find(|alert| alert["annotations"]["rule_id"] == RULE).unwrap();
    assert_eq!(alert["annotations"]["display_name"], "Too many connections");
    assert_eq!(alert["preconfigured_data"]["display_description"], "> 80 % for 10 minutes");
}

#[tokio::test]
async fn requests_for_a_deleted_project_return_403() {
    let client = client().await;
    let project = client.good("POST /account/v3/projects", json!({ "name": "short-lived" })).await;
    let id = project["id"].as_str().unwrap();
    let reads = ["grafana", "grafana/users", "regions/fr-par/alerts", "regions/fr-par/data-sources"];
    let read = |path: &str| format!("GET /cockpit/v1/{path}?project_id={id}");
    for path in reads {
        assert_eq!(client.call(&read(path)).await.0, 200, "{path}");
    }
    assert_eq!(client.call(&format!("DELETE /account/v3/projects/{id}")).await.0, 204);
    for path in reads {
        let (status, error) = client.call(&read(path)).await;
        assert_eq!((status, &error["type"]), (403, &json!("permissions_denied")), "{path}");
    }
}

async fn rule(client: &Client) -> (Value, Value) {
    let list = format!("GET {COCKPIT}/alerts?is_preconfigured=true&page=1&project_id={DEFAULT_ORGANIZATION}");
    let (_, alerts) = client.call(&list).await;
    assert_eq!((alerts["alerts"].as_array().unwrap().len(), &alerts["total_count"]), (22, &json!(22)));
    let alerts = alerts["alerts"].as_array().unwrap();
    let alert = alerts.iter().find(|alert| alert["preconfigured_data"]["preconfigured_rule_id"] == RULE).unwrap();
    (alert["rule_status"].clone(), alert["state"].clone())
}

#[tokio::test]
async fn alerts_are_enabled_and_disabled_as_recorded() {
    let client = Client::of(builder().settle(Duration::from_secs(5))).await;
    let project = json!({ "project_id": DEFAULT_ORGANIZATION });
    let manager = format!("{COCKPIT}/alert-manager");
    let off = json!({ "alert_manager_enabled": false, "alert_manager_url": null, "managed_alerts_enabled": false,
        "region": "fr-par" });
    assert_eq!(client.call(&format!("GET {manager}")).await, (200, off.clone()));
    let enabled = client.good(&format!("POST {manager}/enable"), project.clone()).await;
    assert_eq!((&enabled["alert_manager_enabled"], &enabled["managed_alerts_enabled"]), (&json!(true), &json!(false)));
    assert!(enabled["alert_manager_url"].as_str().unwrap().ends_with(".alertmanager.cockpit.fr-par.scw.cloud"));

    let rules = json!({ "project_id": DEFAULT_ORGANIZATION, "rule_ids": [RULE] });
    let answer = client.good(&format!("POST {manager}/enable-alert-rules"), rules.clone()).await;
    assert_eq!(answer, json!({ "enabled_rule_ids": [RULE] }));
    assert_eq!(rule(&client).await, (json!("enabling"), json!("unknown_state")));
    client.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(rule(&client).await, (json!("enabled"), json!("inactive")));
    assert_eq!(client.call(&format!("GET {manager}")).await.1["managed_alerts_enabled"], true);

    let answer = client.good(&format!("POST {manager}/disable-alert-rules"), rules).await;
    assert_eq!(answer, json!({ "disabled_rule_ids": [RULE] }));
    assert_eq!(rule(&client).await, (json!("disabling"), json!("inactive")));
    client.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(rule(&client).await, (json!("disabled"), json!("unknown_state")));
    let on = client.good(&format!("POST {manager}/managed-alerts/enable"), project.clone()).await;
    assert_eq!(on["managed_alerts_enabled"], true);
    let elsewhere = manager.replace("fr-par", "nl-ams");
    client.good(&format!("POST {elsewhere}/enable"), project.clone()).await;
    client.good(&format!("POST {elsewhere}/managed-alerts/enable"), project.clone()).await;
    assert_eq!(client.good(&format!("POST {manager}/disable"), project).await, off);
    assert_eq!(rule(&client).await.0, "disabled");
    // Each region has an alert manager of its own.
    assert_eq!(client.call(&format!("GET {elsewhere}")).await.1["managed_alerts_enabled"], true);
}

#[tokio::test]
async fn contact_points_are_identified_by_their_address() {
    let client = client().await;
    let points = format!("{COCKPIT}/alert-manager/contact-points");
    let email = json!({ "email": { "to": "a@example.org" } });
    let created = client.good(&format!("POST {points}"), email.clone()).await;
    let expected =
        json!({ "email": { "to": "a@example.org" }, "region": "fr-par", "send_resolved_notifications": true });
    assert_eq!(created, expected);
    let expected = json!({ "contact_points": [expected], "has_additional_contact_points": false,
        "has_additional_receivers": false, "total_count": 1 });
    assert_eq!(client.call(&format!("GET {points}?project_id={DEFAULT_ORGANIZATION}")).await, (200, expected));
    assert_eq!(client.call_with(&format!("POST {points}/delete"), email.clone()).await, (204, Value::Null));
    assert_eq!(client.call_with(&format!("POST {points}/delete"), email).await.0, 404);
}

#[tokio::test]
async fn grafana_users_are_numbered_and_numbers_are_not_used_again() {
    let client = client().await;
    let users = "/cockpit/v1/grafana/users";
    let body = json!({ "login": "me", "role": "editor" });
    for number in [2, 3] {
        let created = client.good(&format!("POST {users}"), body.clone()).await;
        assert_eq!((&created["id"], created["password"].as_str().unwrap().is_empty()), (&json!(number), false));
        let (_, found) = client.call(&format!("GET {users}?order_by=login_asc&page=1")).await;
        let shown = json!({ "id": number, "login": "me", "password": "", "role": "editor" });
        assert_eq!(found, json!({ "grafana_users": [shown], "total_count": 1 }));
        let one = format!("{users}/{number}?project_id={DEFAULT_ORGANIZATION}");
        assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
    }
    let (_, grafana) = client.call("GET /cockpit/v1/grafana").await;
    let url = format!("https://{DEFAULT_ORGANIZATION}.dashboard.cockpit.scaleway.com");
    assert_eq!(grafana, json!({ "grafana_url": url }));
}

#[tokio::test]
async fn exporter_becomes_ready_as_recorded_and_never_returns_its_key() {
    let client = Client::of(builder().settle(Duration::from_secs(15))).await;
    let body = json!({ "name": "main", "type": "metrics", "retention_days": 31 });
    let source = client.good(&format!("POST {COCKPIT}/data-sources"), body).await["id"].clone();
    let body = json!({ "name": "out", "datasource_id": source, "exported_products": ["all"],
        "datadog_destination": { "api_key": "datadog-api-key", "endpoint": null } });
    let created = client.good(&format!("POST {COCKPIT}/exporters"), body.clone()).await;
    let id = created["id"].as_str().unwrap();
    let expected = json!({
        "created_at": created["created_at"], "updated_at": created["created_at"], "id": id, "name": "out",
        "description": "", "datasource_id": source, "exported_products": ["all"], "status": "creating",
        "datadog_destination": { "endpoint": "https://api.datadoghq.com" },
    });
    assert_eq!(created, expected);
    let one = format!("{COCKPIT}/exporters/{id}");
    for status in ["unknown_status", "error", "creating", "ready"] {
        assert_eq!(client.call(&format!("GET {one}")).await.1["status"], status);
        client.fake.clock().advance(Duration::from_secs(5));
    }
    let otlp = json!({ "otlp_destination": { "endpoint": "https://otlp.example.org" }, "name": "on" });
    let changed = client.good(&format!("PATCH {one}"), otlp.clone()).await;
    assert_eq!((&changed["name"], changed.get("datadog_destination")), (&json!("on"), None));
    assert_eq!(changed["otlp_destination"], json!({ "endpoint": "https://otlp.example.org", "headers": {} }));
    let both =
        json!({ "otlp_destination": otlp["otlp_destination"], "datadog_destination": body["datadog_destination"] });
    assert_eq!(client.call_with(&format!("PATCH {one}"), both).await.0, 400);
    let orphan = json!({ "name": "out", "datasource_id": id, "otlp_destination": otlp["otlp_destination"] });
    assert_eq!(client.call_with(&format!("POST {COCKPIT}/exporters"), orphan).await.1["resource"], "data source");
    let list = format!("GET {COCKPIT}/exporters?project_id={DEFAULT_ORGANIZATION}");
    assert_eq!(client.call(&list).await.1["total_count"], 1);
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
    assert_eq!(client.call(&format!("GET {one}")).await.1["resource"], "exporter");
}

#[tokio::test]
async fn product_list_ignores_the_page_size() {
    let client = client().await;
    let (_, found) = client.call(&format!("GET {COCKPIT}/products?order_by=display_name_asc&page_size=5")).await;
    let products = found["products_list"].as_array().unwrap();
    assert_eq!((products.len(), &found["total_count"]), (26, &json!(26)));
    let first = json!({ "name": "sbs", "display_name": "Block Storage", "family_name": "Storage",
        "resource_types": ["sbs_volume", "sbs_snapshot"] });
    assert_eq!(products[0], first);
}

#[tokio::test]
async fn test_alert_needs_an_alert_manager_and_lists_of_sources_have_the_usage() {
    let client = client().await;
    let test = format!("POST {COCKPIT}/alert-manager/trigger-test-alert");
    assert_eq!(client.call_with(&test, json!({})).await.0, 412);
    client.good(&format!("POST {COCKPIT}/alert-manager/enable"), json!({})).await;
    assert_eq!(client.call_with(&test, json!({})).await.0, 204);
    client.good(&format!("POST {COCKPIT}/data-sources"), json!({ "name": "main", "type": "logs" })).await;
    let (_, listed) = client.call(&format!("GET {COCKPIT}/data-sources")).await;
    assert_eq!(listed["data_sources"][0]["current_month_usage"], 0);
}

#[tokio::test]
async fn project_has_the_free_plan_until_it_selects_another_one() {
    let client = client().await;
    let (_, plans) = client.call("GET /cockpit/v1/plans?order_by=name_asc&page=1").await;
    let names: Vec<_> = plans["plans"].as_array().unwrap().iter().map(|plan| plan["name"].as_str().unwrap()).collect();
    assert_eq!((names, &plans["total_count"]), (vec!["custom", "free", "premium"], &json!(3)));
    assert_eq!(client.call("GET /cockpit/v1/current-plan").await.1["name"], "free");
    let selected = client.good("PATCH /cockpit/v1/plans", json!({ "plan_name": "premium" })).await;
    assert_eq!(client.call("GET /cockpit/v1/current-plan").await.1, selected);
    assert_eq!([&selected["name"], &selected["monthly_price"]], [&json!("premium"), &json!(29)]);
    assert_eq!(client.call_with("PATCH /cockpit/v1/plans", json!({ "plan_name": "best" })).await.0, 400);
}
