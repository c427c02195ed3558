//! Objects inside of other objects: of those of a list, such as the alerts of budgets, and of a response, beside a secret.

use std::collections::BTreeMap;

use rules::wire::{self, Wire};
use serde_json::Value as Json;

/// The objects at a path in these objects, each with the object that contains it: `alerts[].notifications[]`.
pub(crate) fn inside<'j>(objects: Vec<&'j Json>, path: &str) -> Vec<(&'j Json, &'j Json)> {
    let mut found: Vec<(&Json, &Json)> = objects.into_iter().map(|object| (object, object)).collect();
    for name in path.split('.') {
        let within = |(_, outer): (&'j Json, &'j Json)| {
            let inner: Vec<&Json> = match name.strip_suffix("[]") {
                None => outer.get(name).into_iter().collect(),
                Some(name) => outer.get(name).and_then(Json::as_array).into_iter().flatten().collect(),
            };
            inner.into_iter().map(move |inner| (outer, inner)).collect::<Vec<_>>()
        };
        found = found.into_iter().flat_map(within).collect();
    }
    found
}

/// The object in a response with other fields beside it, and these fields. `runs[]` is the first object of a list.
pub(crate) fn beside(mut json: Json, object: Option<&str>) -> Json {
    if let (Some(name), Json::Object(fields)) = (object, &mut json) {
        let object = match (name.strip_suffix("[]"), fields.remove(name.trim_end_matches("[]"))) {
            (Some(_), Some(Json::Array(list))) => list.into_iter().next(),
            (_, object) => object,
        };
        if let Some(Json::Object(object)) = object {
            fields.extend(object);
        }
    }
    json
}

/// Stores each of these objects in the elements of another list that have the same value: `nodes[].addresses`.
pub(crate) fn distribute(answers: &mut Wire, path: &str, beside: &BTreeMap<String, String>, items: &[Json]) {
    let Some((list, field)) = path.split_once("[].") else { return };
    let value = |object: &Json, path: &str| wire::pluck(object.as_object()?, path);
    let is_beside = |item: &Json, element: &Json| {
        beside.iter().all(|(own, other)| match (value(item, own), value(element, other)) {
            (Some(own), Some(Json::Array(others))) => others.contains(&own),
            (own, other) => own.is_some_and(|own| !wire::is_empty(&own) && other == Some(own)),
        })
    };
    for element in answers.get_mut(list).and_then(Json::as_array_mut).into_iter().flatten() {
        let own: Vec<Json> = items.iter().filter(|item| is_beside(item, element)).cloned().collect();
        if let Json::Object(fields) = element {
            wire::set(fields, field, Json::Array(own));
        }
    }
}

/// Adds the ID of the new object, which is the last part of the string at this path: `/images/<id>`.
pub(crate) fn with_id(mut json: Json, path: Option<&str>) -> Json {
    if let (Some(path), Json::Object(fields)) = (path, &mut json)
        && let Some(id) = wire::text(fields, path).and_then(|text| text.rsplit('/').next()).map(str::to_owned)
    {
        fields.insert("id".to_owned(), Json::String(id));
    }
    json
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_found_with_the_object_that_contains_them() {
        let list = [json!({ "id": 1, "parts": [{ "id": 2, "ips": [{ "id": 3 }] }, { "id": 4 }], "one": { "id": 5 } })];
        let found = |path: &str| -> Vec<(Json, Json)> {
            let found = inside(list.iter().collect(), path).into_iter();
            found.map(|(outer, inner)| (outer["id"].clone(), inner["id"].clone())).collect()
        };
        assert_eq!(found("parts[]"), [(json!(1), json!(2)), (json!(1), json!(4))]);
        assert_eq!(found("parts[].ips[]"), [(json!(2), json!(3))]);
        assert_eq!(found("one"), [(json!(1), json!(5))]);
        assert_eq!(found("none[]"), []);
    }

    #[test]
    fn objects_are_stored_in_the_elements_with_the_same_value() {
        let address = |name: &str| json!({ "resource": { "name": name, "id": name } });
        let items = [address("a"), address("b"), address("")];
        let stored = |list: Json, beside: (&str, &str)| {
            let mut answers = Wire::from_iter([("nodes".to_owned(), list)]);
            let beside = BTreeMap::from([(beside.0.to_owned(), beside.1.to_owned())]);
            distribute(&mut answers, "nodes[].addresses", &beside, &items);
            wire::pluck(&answers, "nodes[].addresses")
        };
        let by_name = stored(json!([{ "name": "a" }, { "name": "" }, {}]), ("resource.name", "name"));
        assert_eq!(by_name, Some(json!([[address("a")], [], []])));
        let by_part = stored(json!([{ "nics": [{ "id": "b" }] }, { "nics": [] }]), ("resource.id", "nics[].id"));
        assert_eq!(by_part, Some(json!([[address("b")], []])));
    }

    #[test]
    fn object_has_the_fields_beside_it() {
        let answer = json!({ "token": { "id": "a" }, "bearer_token": "b" });
        assert_eq!(beside(answer, Some("token")), json!({ "id": "a", "bearer_token": "b" }));
    }

    #[test]
    fn object_is_the_first_of_a_list() {
        let answer = json!({ "runs": [{ "id": "a" }, { "id": "b" }] });
        assert_eq!(beside(answer, Some("runs[]")), json!({ "id": "a" }));
        assert_eq!(beside(json!({ "runs": [] }), Some("runs[]")), json!({}));
    }

    #[test]
    fn id_is_the_last_part_of_a_string() {
        let answer = json!({ "task": { "href_result": "/images/a" } });
        assert_eq!(with_id(answer.clone(), Some("task.href_result"))["id"], json!("a"));
        assert_eq!(with_id(answer.clone(), Some("task.other")), answer);
        assert_eq!(with_id(answer.clone(), None), answer);
    }

    #[test]
    fn response_without_the_object_has_no_id() {
        assert_eq!(beside(json!({ "bearer_token": "b" }), Some("token"))["id"], Json::Null);
    }
}
