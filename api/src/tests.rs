//! Tests of the public functions: every embedded document, and rejected documents.
#![allow(clippy::unwrap_used)]

use std::fs;

use serde_json::{Value, json};

use super::*;

fn check(document: &str, schema: &str, value: &Value, rules: Rules) -> Vec<(String, Reason)> {
    let document = super::document(document).unwrap();
    let violations = document.validate(document.schema(schema).unwrap(), value, rules);
    violations.into_iter().map(|violation| (violation.path, violation.reason)).collect()
}

fn rejection(change: impl Fn(&mut Value)) -> String {
    let Embedded { name, json, .. } = EMBEDDED.iter().find(|embedded| embedded.name == "registry.v1").unwrap();
    let mut value: Value = serde_json::from_str(json).unwrap();
    change(&mut value);
    Document::parse(name, &value.to_string()).unwrap_err().to_string()
}

#[test]
fn every_embedded_document_is_parsed_completely() {
    for Embedded { name, json, .. } in EMBEDDED {
        let document = Document::parse(name, json).unwrap();
        assert!(!document.operations.is_empty(), "{name}");
        for operation in &document.operations {
            let qualified = format!("{}.{}", operation.tag, operation.id);
            assert_eq!(document.operation(&qualified), Some(operation), "{name} {qualified}");
            let path = operation.path.to_string().replace(['{', '}'], "");
            if document.protocol != Protocol::Json {
                assert_eq!(document.find(operation.method, &path), None, "{name} {path}");
                continue;
            }
            assert_eq!(document.find(operation.method, &path).unwrap().operation, operation, "{name} {path}");
            let (found, _) = find(operation.method, &path).unwrap_or_else(|| panic!("{name} {path}"));
            assert_eq!(found.name, *name, "{path}");
        }
    }
}

#[test]
fn instance_objects_are_wrapped_and_lists_are_counted_in_a_header() {
    let instance = document("instance.v1").unwrap();
    let wrapper = |id: &str| instance.operation(id).unwrap().wrapper.as_deref();
    for (id, expected) in [
        ("CreateIP", Some("ip")),
        ("GetPrivateNIC", Some("private_nic")),
        ("CreateSnapshot", Some("snapshot")),
        ("AttachServerVolume", Some("server")),
        ("CreateSecurityGroupRule", Some("rule")),
        ("ServerAction", None),
        ("PlanBlockMigration", None),
        ("ListIPs", None),
    ] {
        assert_eq!(wrapper(id), expected, "{id}");
    }
    let get = instance.operation("GetIP").unwrap();
    assert_eq!(instance.object_of(get).map(|schema| &schema.kind), Some(&Kind::Reference("IP".to_owned())));
    let wrapping = documents().filter(|document| document.operations.iter().any(|o| o.wrapper.is_some()));
    assert_eq!(
        wrapping.map(|document| document.name.as_str()).collect::<Vec<_>>(),
        ["instance.v1", "s2s_vpn.v1alpha1"]
    );
    assert!(instance.operation("ListIPs").unwrap().counts_in_header);
    assert!(!document("registry.v1").unwrap().operation("ListNamespaces").unwrap().counts_in_header);
    assert_eq!(instance.operation("GetVolume").unwrap().wait.as_ref().unwrap().field, "state");
    assert!(instance.operation("GetServerUserData").unwrap().is_text && !get.is_text);
    let list = instance.operation("ListIPs").unwrap();
    let pairs = [("tags".to_owned(), "one,two".to_owned()), ("page".to_owned(), "2".to_owned())];
    assert_eq!(Value::Object(instance.read_query(list, &pairs).unwrap()), json!({ "tags": ["one", "two"], "page": 2 }));
}

#[test]
fn an_object_without_declared_fields_accepts_any_object() {
    for (args, fits) in [(json!({ "a": { "b": [1] } }), true), (json!([1]), false), (json!("{}"), false)] {
        let found = check("function.v1beta1", "CreateCronRequest", &json!({ "args": args }), Rules::REQUEST);
        assert_eq!(found.is_empty(), fits, "{args}");
    }
}

#[test]
fn an_object_storage_operation_has_the_fields_of_body_and_headers() {
    let operation = document("object.s3").unwrap().operation("PutBucketAcl").unwrap();
    let Some(Schema { kind: Kind::Object { properties, .. }, .. }) = &operation.request else { panic!("no fields") };
    let fields: Vec<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(fields, ["acl", "expected_bucket_owner", "grants", "owner"]);
    let storage = operation.storage.as_ref().unwrap();
    assert_eq!(storage.headers["acl"].0, "x-amz-acl");
    assert_eq!(operation.path.to_string(), "/{bucket}?acl");
}

#[test]
fn operation_of_a_queue_has_attributes_and_may_have_no_response() {
    let sqs = document("sqs.2012-11-05").unwrap();
    let set = sqs.operation("SetQueueAttributes").unwrap();
    assert!(
        set.attributes.contains(&"VisibilityTimeout".to_owned()) && !set.attributes.contains(&"QueueUrl".to_owned())
    );
    assert_eq!((set.status, &set.answer), (200, &None));
    assert_eq!(set.path.to_string(), "/?SetQueueAttributes");
    assert!(
        rejection(
            |value| value["paths"]["/registry/v1/regions/{region}/namespaces"]["get"]["x-attributes"] = json!(["a"])
        )
        .contains("only queues and topics have attributes")
    );
}

#[test]
fn every_api_document_in_the_directory_is_embedded() {
    let mut names = Vec::new();
    for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        names.extend(file.strip_suffix(".json").map(str::to_owned));
    }
    names.sort();
    let embedded: Vec<_> = documents().map(|document| document.name.clone()).collect();
    assert_eq!(embedded, names);
}

#[test]
fn the_extensions_of_an_operation_are_parsed() {
    let rdb = document("rdb.v1").unwrap();
    let create = rdb.operation("CreateInstance").unwrap();
    assert_eq!(create.name_prefix["name"], "ins");
    assert_eq!(create.from_config["project_id"], FromConfig::Project);
    assert!(create.always_sent.contains(&"node_type".to_owned()));
    let wait = rdb.operation("GetInstance").unwrap().wait.clone().unwrap();
    assert_eq!(wait.field, "status");
    assert!(matches!(wait.statuses, WaitStatuses::Transient(values) if values.contains(&"provisioning".to_owned())));
    assert_eq!(rdb.operation("DeleteDatabase").unwrap().status, 204);
}

#[test]
fn path_parameters_are_percent_decoded() {
    let rdb = document("rdb.v1").unwrap();
    let found = rdb.find(Method::Delete, "/rdb/v1/regions/fr-par/instances/1/databases/a%20b%2Fc").unwrap();
    assert_eq!(found.operation.id, "DeleteDatabase");
    assert_eq!(found.parameters["name"], "a b/c");
    assert_eq!(rdb.find(Method::Post, "/rdb/v1/regions/fr-par/nothing"), None);
    assert_eq!(rdb.find(Method::Get, "/rdb/v1/regions/fr-par/instances//databases"), None);
}

#[test]
fn an_unsupported_key_is_rejected_with_its_place() {
    let text = rejection(|value| value["components"]["schemas"]["Tag"]["properties"]["id"]["maxLength"] = json!(3));
    assert_eq!(text, "registry.v1: components/schemas/Tag/properties/id: unsupported key `maxLength`");
}

#[test]
fn missing_and_circular_references_are_rejected() {
    let nowhere = json!({ "$ref": "#/components/schemas/Nowhere" });
    let text = rejection(|value| value["components"]["schemas"]["Tag"]["properties"]["id"] = nowhere.clone());
    assert!(text.contains("there is no schema `Nowhere`"), "{text}");
    let itself = json!({ "$ref": "#/components/schemas/Tag" });
    let text = rejection(|value| value["components"]["schemas"]["Tag"] = itself.clone());
    assert!(text.contains("refers only to itself"), "{text}");
}

#[test]
fn an_id_of_two_tags_is_found_only_with_its_tag() {
    let Embedded { name, json, .. } = EMBEDDED.iter().find(|embedded| embedded.name == "registry.v1").unwrap();
    let mut value: Value = serde_json::from_str(json).unwrap();
    let mut twin = value["paths"]["/registry/v1/regions/{region}/namespaces"].clone();
    twin["get"]["tags"] = json!(["OtherAPI"]);
    twin["post"]["tags"] = json!(["OtherAPI"]);
    value["paths"]["/registry/v1/others/{region}"] = twin;
    let document = Document::parse(name, &value.to_string()).unwrap();
    assert_eq!(document.operation("CreateNamespace"), None);
    assert_eq!(
        document.operation("OtherAPI.CreateNamespace").unwrap().path.to_string(),
        "/registry/v1/others/{region}"
    );
}

#[test]
fn requests_accept_null_and_empty_values_but_not_unknown_fields() {
    let found = check(
        "rdb.v1",
        "CreateInstanceRequest",
        &json!({ "name": null, "volume_type": "", "volume_size": 0, "tags": null, "nmae": "x", "init_endpoints":
            [{ "private_network": { "service_ip": "10.0.0.300/24" } }] }),
        Rules::REQUEST,
    );
    assert_eq!(
        found,
        [
            ("init_endpoints[0].private_network.service_ip".to_owned(), Reason::Format),
            ("nmae".to_owned(), Reason::Unknown),
        ]
    );
}

#[test]
fn types_limits_and_exclusive_fields_are_checked() {
    let body = json!({ "name": 3, "is_ha_cluster": "yes", "volume_size": -1, "tags": [1], "engine": 1.5,
        "project_id": "a", "organization_id": "b" });
    let found = check("rdb.v1", "CreateInstanceRequest", &body, Rules::REQUEST);
    let constraint = |path: &str| (path.to_owned(), Reason::Constraint);
    let format = |path: &str| (path.to_owned(), Reason::Format);
    for expected in [
        format("name"),
        format("is_ha_cluster"),
        constraint("volume_size"),
        format("tags[0]"),
        format("engine"),
        constraint("organization_id"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not in {found:?}");
    }
    assert_eq!(found.len(), 6);
}

#[test]
fn null_and_an_empty_string_are_absent_fields_but_not_absent_elements() {
    let body = json!({ "name": "a", "is_ipv6": false, "prefix_filter_in": [""], "tags": [null], "project_id": "" });
    let found = check("s2s_vpn.v1alpha1", "CreateRoutingPolicyRequest", &body, Rules::REQUEST);
    assert_eq!(found, ["prefix_filter_in[0]", "tags[0]"].map(|path| (path.to_owned(), Reason::Format)));
}

#[test]
fn responses_accept_new_fields_but_not_other_types() {
    let answer = json!({ "id": "1", "name": null, "status": "reborn", "brand_new": 1, "created_at": null });
    assert_eq!(check("registry.v1", "Namespace", &answer, Rules::ANSWER), [("name".to_owned(), Reason::Format)]);
    let strict = check("registry.v1", "Namespace", &answer, Rules::STRICT);
    assert!(strict.contains(&("status".to_owned(), Reason::Constraint)));
    assert!(strict.contains(&("brand_new".to_owned(), Reason::Unknown)));
}

#[test]
fn formats_accept_valid_and_reject_invalid_strings() {
    use StringFormat::{Byte, Cidr, DateTime, Duration, Ip};
    for (format, right, wrong) in [
        (
            DateTime,
            vec!["2026-07-17T09:50:00.638933292Z", "2026-07-17T09:50:00+02:00"],
            vec!["2026-07-17", "2026-13-17T09:50:00Z", "2026-07-17T09:50Z", "2026-07-17T09:50:00"],
        ),
        (Byte, vec!["", "YQ==", "YWJj"], vec!["YQ", "Y===", "a b="]),
        (Ip, vec!["10.0.0.1", "::1", "10.0.0.1/24"], vec!["10.0.0", "10.0.0.1/33"]),
        (Cidr, vec!["172.16.0.0/22", "fd00::/64"], vec!["172.16.0.0", "172.16.0.0/33", "fd00::/129", "x/1"]),
        (Duration, vec!["3600s", "1.500000000s", "-1s"], vec!["3600", "s", "1.s", "5m"]),
    ] {
        for text in right {
            assert!(formats::fits(format, text), "{format:?} {text}");
        }
        for text in wrong {
            assert!(!formats::fits(format, text), "{format:?} {text}");
        }
    }
}

#[test]
fn query_parameters_are_converted_to_their_declared_types() {
    let iam = document("iam.v1alpha1").unwrap();
    let operation = iam.operation("ListApplications").unwrap();
    let pairs =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    let query = iam.read_query(
        operation,
        &pairs(&[("page", "2"), ("editable", "true"), ("application_ids", "a"), ("application_ids", "b")]),
    );
    assert_eq!(Value::from(query.unwrap()), json!({ "page": 2, "editable": true, "application_ids": ["a", "b"] }));
    let violations = iam.read_query(operation, &pairs(&[("page", "two"), ("colour", "red")])).unwrap_err();
    let found: Vec<_> = violations.iter().map(|violation| (violation.path.as_str(), violation.reason)).collect();
    assert_eq!(found, [("colour", Reason::Unknown), ("page", Reason::Format)]);
}
