//! Tests of the sanitizer: what is replaced and what is kept, and the law that no value of an unexpected place is kept.

use base64::Engine as _;
use scaleway_api::{Method, Operation, Protocol, documents};
use serde_json::json;

use super::*;

/// Strings that no document contains: a generated password, IDs, personal data, and a URL with a password.
const CANARIES: [&str; 7] = [
    "Zx7-canary-Qw9Kp2LmVt4",
    "9be1cafe-fa4e-4b00-8a00-77aa00beef01",
    "8f14e45fceea167a5a36dedd4bea2543",
    "SCWABCDEFGHJKLMNPQRS",
    "Jane.Canary9@acme-corp.com",
    "51.15.77.88",
    "postgres://jane:Zx7canary@db.acme-corp.com/main",
];

fn found(request: &str) -> Found {
    let (method, path) = request.split_once(' ').unwrap();
    scaleway_api::find(Method::from_name(method).unwrap(), path)
}

/// Fills documents with the canaries, one after the other.
#[derive(Default)]
struct Filler(usize);

impl Filler {
    fn canary(&mut self) -> &'static str {
        self.0 += 1;
        CANARIES[self.0 % CANARIES.len()]
    }

    /// A value of the schema in which every string is a canary, also where a document expects an enum or a time.
    fn body(&mut self, document: &'static Document, schema: &'static Schema, depth: usize) -> Value {
        match &document.resolve(schema).kind {
            Kind::Integer { .. } | Kind::Number => json!(1),
            Kind::Boolean => json!(true),
            Kind::Array { items, .. } => json!([self.body(document, items, depth)]),
            Kind::Map(inner) => json!({ self.canary(): self.body(document, inner, depth) }),
            Kind::Object { properties, .. } if depth < 5 => {
                let fields =
                    properties.iter().map(|(name, schema)| (name.clone(), self.body(document, schema, depth + 1)));
                fields.collect()
            }
            Kind::String { format: Some(StringFormat::Byte) } => json!(STANDARD.encode(self.canary())),
            Kind::Object { .. } | Kind::Free | Kind::OneOf(_) => {
                json!({ "unknown": self.canary(), self.canary(): [self.canary()] })
            }
            Kind::Reference(_) | Kind::String { .. } | Kind::Enum { .. } => json!(self.canary()),
        }
    }

    fn target(&mut self, operation: &Operation) -> (String, Vec<(String, String)>) {
        let path = operation.path.segments.iter().map(|segment| match segment {
            Segment::Literal(literal) => format!("/{literal}"),
            Segment::Parameter(_) => format!("/{}", encoded(self.canary())),
        });
        let path = path.collect();
        let names = operation.query_parameters.iter().map(|parameter| parameter.name.clone());
        let names: Vec<String> = names.chain(["X-Amz-Signature".to_owned(), self.canary().to_owned()]).collect();
        (path, names.into_iter().map(|name| (name, self.canary().to_owned())).collect())
    }
}

fn assert_no_canary(place: &str, text: &str) {
    for canary in CANARIES {
        let forms = [canary.to_owned(), STANDARD.encode(canary), encoded(canary)];
        let found = forms.iter().find(|form| text.contains(form.as_str()));
        assert!(found.is_none(), "{place}: {found:?} is in {text}");
    }
}

#[test]
fn no_value_of_any_operation_is_kept() {
    let (mut filler, mut sanitizer) = (Filler::default(), Sanitizer::new());
    let mut operations = 0;
    for document in documents().filter(|document| document.protocol == Protocol::Json) {
        for operation in &document.operations {
            assert_is_sanitized(&mut filler, &mut sanitizer, document, operation);
            operations += 1;
        }
    }
    assert!(operations > 1_000, "only {operations} operations");
}

fn assert_is_sanitized(
    filler: &mut Filler,
    sanitizer: &mut Sanitizer,
    document: &'static Document,
    operation: &Operation,
) {
    let place = format!("{} {}", document.name, operation.id);
    let (path, query) = filler.target(operation);
    let found = scaleway_api::find(operation.method, &path);
    assert!(found.is_some(), "{place} is not found");
    assert_no_canary(&place, &sanitizer.target(&found, &path, &query));
    assert_no_canary(&place, &sanitizer.target(&None, &path, &query));
    let (_, matched) = found.as_ref().unwrap();
    if let Some(schema) = &matched.operation.request {
        let body = filler.body(document, schema, 0);
        assert_no_canary(&place, &sanitizer.request(&found, &body).to_string());
        // A body of another operation, or of a later version of the API.
        assert_no_canary(&place, &sanitizer.request(&None, &body).to_string());
    }
    for schema in matched.operation.answer.iter().chain(document.schema(ERROR)) {
        let body = filler.body(document, schema, 0);
        for status in [200, 409] {
            assert_no_canary(&place, &sanitizer.response(&found, status, &body).to_string());
        }
    }
}

#[test]
fn secrets_are_replaced_whatever_their_value_is() {
    let mut sanitizer = Sanitizer::new();
    // A weak password can be a word of the API.
    let user = found("POST /rdb/v1/regions/fr-par/instances/11111111-1111-4111-8111-111111111111/users");
    let body = sanitizer.request(&user, &json!({ "name": "jane", "password": "running", "is_admin": true }));
    assert_eq!(body, json!({ "name": "name-1", "password": "redacted-password-1", "is_admin": true }));
    let version =
        found("POST /secret-manager/v1beta1/regions/fr-par/secrets/11111111-1111-4111-8111-111111111111/versions");
    let body = sanitizer
        .request(&version, &json!({ "data": STANDARD.encode("hunter22"), "data_crc32": 12, "description": "x" }));
    assert_eq!(
        body,
        json!({ "data": STANDARD.encode("redacted-data-1"), "data_crc32": 0, "description": "description-1" })
    );
}

#[test]
fn words_and_numbers_of_the_api_are_kept() {
    let mut sanitizer = Sanitizer::new();
    let instance = found("POST /rdb/v1/regions/fr-par/instances");
    let kept = json!({
        "engine": "PostgreSQL-16", "node_type": "DB-DEV-S", "volume_type": "sbs_5k", "volume_size": 5_000_000_000_u64,
        "is_ha_cluster": false, "tags": [], "name": "",
    });
    assert_eq!(sanitizer.request(&instance, &kept), kept);
    let answer =
        json!({ "status": "ready", "created_at": "2026-07-17T09:50:00.638933Z", "region": "fr-par", "new_field": 5 });
    assert_eq!(sanitizer.response(&instance, 200, &answer), answer);
    let target = sanitizer.target(
        &found("GET /rdb/v1/regions/fr-par/instances"),
        "",
        &[
            ("order_by".to_owned(), "created_at_asc".to_owned()),
            ("page".to_owned(), "2".to_owned()),
            ("name".to_owned(), "acme".to_owned()),
        ],
    );
    assert_eq!(target, "/rdb/v1/regions/fr-par/instances?order_by=created_at_asc&page=2&name=name-1");
}

#[test]
fn relations_between_values_stay_readable() {
    let mut sanitizer = Sanitizer::new();
    let id = "5ca1e3a7-fa4e-4000-8000-000000000001";
    let vpc = format!("/vpc/v2/regions/fr-par/vpcs/{id}");
    let found = found(&format!("GET {vpc}"));
    let answer = sanitizer.response(&found, 200, &json!({ "id": id, "name": "acme", "tags": ["acme"] }));
    let replaced = answer["id"].as_str().unwrap().to_owned();
    assert_ne!(replaced, id);
    assert_eq!(sanitizer.target(&found, &vpc, &[]), format!("/vpc/v2/regions/fr-par/vpcs/{replaced}"));
    assert_eq!(answer["name"], answer["tags"][0]);
    let missing =
        json!({ "type": "not_found", "message": "resource is not found", "resource": "vpc", "resource_id": id });
    let answer = sanitizer.response(&found, 404, &missing);
    assert_eq!(
        answer,
        json!({ "type": "not_found", "message": "resource is not found", "resource": "vpc", "resource_id": replaced })
    );
}

#[test]
fn unknown_operations_keep_only_words_of_the_documents() {
    let mut sanitizer = Sanitizer::new();
    let path = "/new-product/v1alpha1/regions/fr-par/servers/acme/5ca1e3a7-fa4e-4000-8000-000000000001";
    let query = [("page".to_owned(), "2".to_owned()), ("Customer".to_owned(), "acme".to_owned())];
    assert_eq!(
        sanitizer.target(&None, path, &query),
        "/new-product/v1alpha1/regions/fr-par/servers/part-1/00000000-0000-4000-8000-000000000001?page=value-1&key-1=part-1"
    );
    let body = json!({ "name": "gamma ray", "pin": 1234, "port": 5432, "phone": 33_612_345_678_u64, "at": "2026-07-17T09:50:00Z", "ok": true });
    assert_eq!(
        sanitizer.response(&None, 200, &body),
        json!({ "name": "value-2", "pin": 0, "port": 5432, "phone": 0, "at": "2026-07-17T09:50:00Z", "ok": true })
    );
}

#[test]
fn copies_of_secrets_in_other_fields_are_replaced() {
    let mut sanitizer = Sanitizer::new();
    sanitizer.learn("hunter-two");
    let mut body = json!({ "type": "hunter-two", "message": "aHVudGVyLXR3bw==", "status": "ready" });
    sanitizer.redact(&mut body);
    assert_eq!(body, json!({ "type": "redacted", "message": "redacted", "status": "ready" }));
}
