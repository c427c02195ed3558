//! Decoding of values of the protocol.
#![allow(clippy::unwrap_used)]

use super::*;

fn text(text: &str) -> Wire {
    Wire { kind: Some(Kind::StringValue(text.to_owned())) }
}

fn bag<const N: usize>(fields: [(&str, Wire); N]) -> Wire {
    let fields = fields.into_iter().map(|(name, wire)| (name.to_owned(), wire)).collect();
    Wire { kind: Some(Kind::StructValue(Struct { fields })) }
}

fn read(wire: Wire) -> Result<Value, Malformed> {
    value(wire, "place")
}

#[test]
fn every_marker_of_unknown_values_is_decoded_at_any_depth() {
    for sign in unknown::ALL {
        assert!(read(text(sign)).unwrap().is_unknown());
    }
    let sealed = read(bag([(SIGNATURE_KEY, text(signature::SECRET)), ("value", text(unknown::NUMBER))])).unwrap();
    assert!(sealed.is_unknown() && sealed.is_secret());
    let nested = read(bag([("a", bag([("b", text(unknown::ARRAY))]))])).unwrap();
    assert!(nested.contains_unknown() && !nested.is_unknown());
}

#[test]
fn an_output_value_becomes_its_value_with_secret_and_dependencies() {
    let urns =
        Wire { kind: Some(Kind::ListValue(prost_types::ListValue { values: vec![text("urn:a"), text("urn:b")] })) };
    let yes = Wire { kind: Some(Kind::BoolValue(true)) };
    let output = [(SIGNATURE_KEY, text(signature::OUTPUT_VALUE)), ("secret", yes), ("dependencies", urns)];
    let unknown = read(bag(output.clone())).unwrap();
    assert!(unknown.is_unknown() && unknown.is_secret());
    assert_eq!(unknown.dependencies().collect::<Vec<_>>(), ["urn:a", "urn:b"]);

    let [mark, secret, dependencies] = output;
    let known = read(bag([mark, secret, dependencies, ("value", text("x"))])).unwrap();
    assert_eq!((known.as_str(), known.is_secret()), (Some("x"), true));
}

#[test]
fn a_reference_to_a_new_resource_has_an_unknown_id() {
    let marked = |id| bag([(SIGNATURE_KEY, text(signature::RESOURCE_REFERENCE)), ("urn", text("urn:x")), ("id", id)]);
    let of = |value: &Value| match value.data() {
        Data::Reference(reference) => reference.id.clone(),
        other => panic!("{other:?} is not a reference"),
    };
    assert!(of(&read(marked(text(""))).unwrap()).unwrap().is_unknown());
    assert_eq!(of(&read(marked(text("fr-par/1"))).unwrap()).unwrap().as_str(), Some("fr-par/1"));
}

#[test]
fn malformed_values_are_errors_with_the_place_and_without_the_value() {
    let broken = [
        bag([(SIGNATURE_KEY, text(signature::SECRET))]),
        bag([(SIGNATURE_KEY, text(signature::BYTE_STRING)), ("value", text("canary"))]),
        bag([(SIGNATURE_KEY, text("canary")), ("value", text("canary"))]),
        bag([(SIGNATURE_KEY, Wire { kind: Some(Kind::BoolValue(true)) })]),
        bag([(SIGNATURE_KEY, text(signature::RESOURCE_REFERENCE))]),
    ];
    for wire in broken {
        let error = read(bag([("inner", wire)])).unwrap_err().to_string();
        assert!(error.contains("`place`") && !error.contains("canary"), "{error}");
    }
}

#[test]
fn missing_type_and_name_are_read_from_the_urn() {
    let urn = "urn:pulumi:dev::project::my:a:Parent$evalap-scaleway:registry/namespace:Namespace::na::me";
    let found = target(urn, String::new(), String::new()).unwrap();
    assert_eq!(found.token, "evalap-scaleway:registry/namespace:Namespace");
    assert_eq!(found.name, "na::me");

    let target = target(urn, "p:m:T".into(), "other".into()).unwrap();
    assert_eq!((target.token.as_str(), target.name.as_str()), ("p:m:T", "other"));
}

#[test]
fn a_request_without_a_resource_is_rejected() {
    for urn in ["", "urn:pulumi:dev", "::::", "urn:pulumi:dev::project::"] {
        assert!(target(urn, String::new(), String::new()).is_err(), "{urn}");
    }
}

#[test]
fn an_invalid_duration_means_the_default_timeout() {
    assert_eq!(timeout(1.5), Some(Duration::from_millis(1500)));
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(timeout(seconds), None, "{seconds}");
    }
}

#[test]
fn the_autonaming_settings_of_the_user_are_decoded() {
    let options = |mode: Mode, name: &str| {
        autonaming(rpc::check_request::AutonamingOptions { proposed_name: name.to_owned(), mode: mode.into() })
    };
    assert_eq!(options(Mode::Propose, "a"), Autonaming::Propose("a".into()));
    assert_eq!(options(Mode::Propose, ""), Autonaming::Default);
    assert_eq!(options(Mode::Enforce, "a"), Autonaming::Enforce("a".into()));
    assert_eq!(options(Mode::Disable, ""), Autonaming::Disable);
}
