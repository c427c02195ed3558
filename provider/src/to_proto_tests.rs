//! Encoding of values and errors for the protocol.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use prost::Message;
use rules::{Error, ErrorKind, PartialState};
use tonic::Code;
use value::Path;

use super::*;
use crate::from_proto;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::NULL),
        Just(Value::UNKNOWN),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number))),
        "[a-z ]{0,8}".prop_map(Value::from),
        ("[0-9a-f]{8}", any::<bool>(), proptest::option::of("[a-z]{1,4}")).prop_map(|(hash, archive, path)| {
            Value::new(Data::Asset(Box::new(Asset { hash, archive, path, ..Asset::default() })))
        }),
        ("urn:[a-z]{1,4}", proptest::option::of(prop_oneof![Just(Value::UNKNOWN), "[a-z]{1,4}".prop_map(Value::from)]))
            .prop_map(|(urn, id)| {
                let package_version = "1.0.0".to_owned();
                Value::new(Data::Reference(Box::new(Reference { urn, id, package_version })))
            }),
    ];
    let tree = leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 0..5), any::<bool>())
                .prop_map(|(items, secret)| Value::from(items).secret_if(secret)),
            (proptest::collection::btree_map("[a-zA-Z_.]{1,8}", inner, 0..5), any::<bool>())
                .prop_map(|(fields, secret)| Value::from(fields.into_iter().collect::<Object>()).secret_if(secret)),
        ]
    });
    (tree, any::<bool>()).prop_map(|(value, secret)| value.secret_if(secret))
}

proptest! {
    /// Compares the debug output, because secret and plain values are equal.
    #[test]
    fn what_is_written_is_read_back_with_every_secret_and_unknown(value in any_value()) {
        let bag: Object = [("property".to_owned(), value)].into_iter().collect();
        let written = object(bag.clone());
        let back = from_proto::object(Some(written.clone())).unwrap();
        prop_assert_eq!(&back, &bag);
        prop_assert_eq!(object(back), written);
    }

    #[test]
    fn an_existing_resource_has_no_unknown_values(value in any_value()) {
        let bag: Object = [("property".to_owned(), value)].into_iter().collect();
        let response = from_proto::object(Some(known(bag))).unwrap();
        let unknown_below_assets = |value: &Value| matches!(value.data(), Data::Reference(_));
        prop_assert!(!response.values().any(|value| reaches(value, &Value::is_unknown, &unknown_below_assets)));
    }
}

/// Whether a condition is true for a value or an inner value, without the skipped values.
fn reaches(value: &Value, test: &dyn Fn(&Value) -> bool, skip: &dyn Fn(&Value) -> bool) -> bool {
    if skip(value) {
        return false;
    }
    test(value)
        || match value.data() {
            Data::Array(items) => items.iter().any(|item| reaches(item, test, skip)),
            Data::Object(object) => object.values().any(|value| reaches(value, test, skip)),
            _ => false,
        }
}

fn change(kind: ChangeKind, replace: bool) -> Change {
    Change { kind, replace }
}

#[test]
fn the_three_representations_of_a_diff_agree() {
    use rpc::property_diff::Kind;

    let at = |path: &str| path.parse::<Path>().unwrap();
    let changes = [
        (at("name"), change(ChangeKind::Update, true)),
        (at("rules[0].ip"), change(ChangeKind::Add, false)),
        (at("rules[1]"), change(ChangeKind::Delete, true)),
        (at("tags[\"a.b\"]"), change(ChangeKind::Delete, false)),
    ];
    let response =
        diff(&Diff { changes: changes.into_iter().collect(), delete_before_replace: true, ..Diff::default() });
    assert_eq!(response.changes(), DiffChanges::DiffSome);
    assert_eq!(response.diffs, ["name", "rules", "tags"]);
    assert_eq!(response.replaces, ["name", "rules"]);
    assert!(response.has_detailed_diff && response.delete_before_replace);
    let kinds: Vec<_> = response.detailed_diff.iter().map(|(path, diff)| (path.as_str(), diff.kind())).collect();
    let mut expected = vec![
        ("name", Kind::UpdateReplace),
        ("rules[0].ip", Kind::Add),
        ("rules[1]", Kind::DeleteReplace),
        ("tags[\"a.b\"]", Kind::Delete),
    ];
    expected.sort_by_key(|(path, _)| *path);
    let mut kinds = kinds;
    kinds.sort_by_key(|(path, _)| *path);
    assert_eq!(kinds, expected);
    assert!(response.detailed_diff.values().all(|diff| diff.input_diff));
}

#[test]
fn no_change_is_diff_none() {
    let response = diff(&Diff::default());
    assert_eq!(response.changes(), DiffChanges::DiffNone);
    assert!(response.diffs.is_empty() && response.replaces.is_empty() && response.has_detailed_diff);
}

#[test]
fn a_deleted_resource_has_no_id_properties_or_inputs() {
    assert_eq!(read(None), rpc::ReadResponse::default());
    let found = read(Some(ReadBack { id: "fr-par/1".into(), state: Object::new(), inputs: Object::new() }));
    assert_eq!((found.id.as_str(), found.properties.is_some(), found.inputs.is_some()), ("fr-par/1", true, true));
}

#[test]
fn a_preview_of_a_create_has_no_id() {
    let outputs: Object = [("endpoint".to_owned(), Value::UNKNOWN)].into_iter().collect();
    let response = create_preview(outputs);
    assert_eq!(response.id, "");
    let endpoint = response.properties.unwrap().fields.remove("endpoint").unwrap();
    assert_eq!(endpoint.kind, Some(Kind::StringValue(unknown::STRING.to_owned())));
}

#[test]
fn errors_never_have_a_code_that_means_a_corrupt_state_or_a_dead_plugin() {
    use ErrorKind as Of;
    let kinds = [
        (Of::Invalid, Code::InvalidArgument),
        (Of::NotFound, Code::NotFound),
        (Of::Denied, Code::PermissionDenied),
        (Of::Unauthenticated, Code::Unauthenticated),
        (Of::Precondition, Code::FailedPrecondition),
        (Of::Quota, Code::ResourceExhausted),
        (Of::TimedOut, Code::DeadlineExceeded),
        (Of::Cancelled, Code::Cancelled),
        (Of::Unreachable, Code::Aborted),
    ];
    for (kind, code) in kinds {
        let status = failed(&Error::new(kind, "it broke").hint("Fix it."));
        assert_eq!(status.code(), code);
        assert_eq!(status.message(), "it broke\nHint: Fix it.");
        assert!(status.details().is_empty());
    }
}

#[test]
fn the_error_of_a_failed_create_contains_the_partial_state() {
    let state: Object =
        [("password".to_owned(), Value::from("hunter2").into_secret()), ("endpoint".to_owned(), Value::UNKNOWN)]
            .into_iter()
            .collect();
    let inputs: Object = [("name".to_owned(), Value::from("main"))].into_iter().collect();
    let error = Error::new(ErrorKind::TimedOut, "not ready in time");
    let status = failed(&error.with_partial_state(PartialState { id: "fr-par/1".into(), state, inputs }));

    let details = pulumi_rpc::google::rpc::Status::decode(status.details()).unwrap();
    assert_eq!(details.code, i32::from(Code::DeadlineExceeded));
    assert_eq!(details.message, "not ready in time");
    let [detail] = details.details.as_slice() else { panic!("{} details", details.details.len()) };
    assert_eq!(detail.type_url, "type.googleapis.com/pulumirpc.ErrorResourceInitFailed");
    let left = rpc::ErrorResourceInitFailed::decode(detail.value.as_slice()).unwrap();
    assert_eq!(left.id, "fr-par/1");
    assert_eq!(left.reasons, ["not ready in time"]);
    let properties = from_proto::object(left.properties).unwrap();
    assert!(properties["password"].is_secret());
    assert!(!properties.contains_key("endpoint"), "the engine rejects unknown values here");
    assert_eq!(from_proto::object(left.inputs).unwrap().text("name"), Some("main"));
}
