//! The order in which a blue-green deployment registers its parts, their inputs, and problems of its inputs.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::recorder::Recorder;
use crate::{Request, construct, problems};

fn request(inputs: &Object) -> Request<'_> {
    Request { token: BlueGreenDeployment.token(), name: "web", inputs, given: inputs, parts: &[] }
}

fn inputs(active: &str) -> Object {
    object! {
        "environment": "dev", "active": active, "minScale": 2.0, "routerImage": "caddy:2",
        "blue": object! { "image": "web:1" }, "green": object! { "image": "web:2" },
    }
}

fn reported(inputs: &Object) -> Vec<String> {
    problems(request(inputs)).iter().map(|problem| format!("{}: {}", problem.path, problem.reason)).collect()
}

fn endpoints(recorder: Recorder) -> Recorder {
    let at = |host: &str| object! { "endpoint": format!("https://{host}.example"), "containerId": host };
    recorder
        .with_outputs("web-blue", at("blue"))
        .with_outputs("web-green", at("green"))
        .with_outputs("web-router", at("router"))
}

#[tokio::test]
async fn the_idle_colour_comes_last_and_scales_to_zero() {
    for (active, idle) in [("blue", "green"), ("green", "blue")] {
        let recorder = endpoints(Recorder::real());
        let made = construct(&recorder, request(&inputs(active))).await.unwrap();
        let (serving, resting) = (format!("web-{active}"), format!("web-{idle}"));
        let order = ["component", "web-namespace", &serving, "web-health", "web-router", &resting, "outputs"];
        assert_eq!(recorder.order(), order);
        assert_eq!(recorder.child(&serving).inputs["minScale"].as_f64(), Some(2.0));
        assert_eq!(recorder.child(&resting).inputs["minScale"].as_f64(), Some(0.0));
        assert_eq!(made.outputs.text("url"), Some("https://router.example"));
        assert_eq!(made.outputs.text("activeEndpoint"), Some(format!("https://{active}.example").as_str()));
        assert_eq!(made.outputs.text("idleEndpoint"), Some(format!("https://{idle}.example").as_str()));
    }
}

#[tokio::test]
async fn the_router_forwards_to_the_active_colour_after_its_health_check() {
    let recorder = endpoints(Recorder::real());
    let check = object! { "path": "/health", "contains": "ready" };
    construct(&recorder, request(&inputs("green").with("healthCheck", check))).await.unwrap();
    let health = recorder.child("web-health").inputs;
    assert_eq!((health.text("url"), health.text("contains")), (Some("https://green.example/health"), Some("ready")));
    assert_eq!(health["triggers"].as_object().unwrap().text("image"), Some("web:2"));
    let router = recorder.child("web-router").inputs;
    let args: Vec<&str> = router["args"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let expected = ["reverse-proxy", "--from", ":8080", "--to", "https://green.example", "--change-host-header"];
    assert_eq!(args, expected);
    assert!(router["args"].all_dependencies().contains("urn:web-health"));
    assert_eq!(router["minScale"].as_f64(), Some(1.0));
}

#[tokio::test]
async fn a_failed_health_check_changes_neither_the_router_nor_the_other_colour() {
    for failing in ["web-green", "web-health"] {
        let recorder = endpoints(Recorder::real()).failing(failing);
        construct(&recorder, request(&inputs("green"))).await.unwrap_err();
        let order = recorder.order();
        assert_eq!(order.last().map(String::as_str), Some(failing));
        assert!(!order.iter().any(|name| name == "web-router" || name == "web-blue"), "{order:?}");
    }
}

#[tokio::test]
async fn variables_of_a_colour_take_precedence_over_those_of_both() {
    let recorder = endpoints(Recorder::real());
    let own = object! { "image": "web:2", "environmentVariables": object! { "LEVEL": "debug" } };
    let given = inputs("green")
        .with("environmentVariables", object! { "LEVEL": "info", "PLACE": "here" })
        .with("secretVariables", Value::from(object! { "KEY": "hidden" }).into_secret())
        .with("green", own);
    construct(&recorder, request(&given)).await.unwrap();
    let of = |name: &str| recorder.child(name).inputs["environmentVariables"].as_object().unwrap().clone();
    assert_eq!((of("web-green").text("LEVEL"), of("web-green").text("PLACE")), (Some("debug"), Some("here")));
    assert_eq!(of("web-blue").text("LEVEL"), Some("info"));
    assert!(recorder.child("web-blue").inputs["secretVariables"].is_secret());
    let reported = recorder.child("web-health").inputs["triggers"].as_object().unwrap().clone();
    assert_eq!(reported.text("environment"), Some(r#"{"LEVEL":"debug","PLACE":"here"}"#));
}

#[tokio::test]
async fn the_record_of_a_host_name_is_created_before_the_domain() {
    for (host, zone, kind, name) in
        [("www.example.org", "example.org", "CNAME", "www"), ("example.org", "example.org", "ALIAS", "")]
    {
        let recorder = endpoints(Recorder::real());
        let given = inputs("blue").with("hostname", host).with("dnsZone", zone);
        let made = construct(&recorder, request(&given)).await.unwrap();
        let record = recorder.child("web-record").inputs;
        let fields = ["type", "name", "data"].map(|name| record.text(name));
        assert_eq!(fields, [Some(kind), Some(name), Some("router.example.")]);
        let domain = recorder.child("web-domain").inputs;
        assert_eq!((domain.text("containerId"), domain.text("hostname")), (Some("router"), Some(host)));
        assert!(domain["hostname"].all_dependencies().contains("urn:web-record"));
        assert_eq!(made.outputs.text("url"), Some(format!("https://{host}").as_str()));
    }
}

#[tokio::test]
async fn a_preview_of_a_new_deployment_has_an_unknown_url() {
    let recorder = Recorder::preview();
    let made = construct(&recorder, request(&inputs("blue"))).await.unwrap();
    assert!(made.outputs["url"].is_unknown() && made.outputs["idleEndpoint"].is_unknown());
    assert!(recorder.child("web-health").inputs["url"].is_unknown());
}

#[test]
fn the_active_colour_must_be_set_and_a_host_name_must_be_in_its_zone() {
    assert!(reported(&inputs("green")).is_empty());
    let mut alone = inputs("green");
    alone.remove("green");
    assert!(reported(&alone)[0].starts_with("active: \"green\" requires `green`"), "{:?}", reported(&alone));
    let zone = reported(&inputs("blue").with("dnsZone", "example.org"));
    assert!(zone[0].starts_with("dnsZone: requires `hostname`"), "{zone:?}");
    let outside = inputs("blue").with("hostname", "www.myexample.org").with("dnsZone", "example.org");
    assert_eq!(reported(&outside), ["hostname: \"www.myexample.org\" is not in the zone of `dnsZone`"]);
    let scales = inputs("blue").with("cpu", 300.0).with("maxScale", 1.0);
    assert_eq!(reported(&scales).len(), 2, "{:?}", reported(&scales));
}
