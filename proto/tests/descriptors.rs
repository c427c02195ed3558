//! Compares our `.proto` files with Pulumi's descriptors: both must define the same messages, fields, enums and services.
//! `proto-facts.json` contains the facts of the descriptors.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use prost_types::field_descriptor_proto::Label;
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use serde_json::Value;

/// The definition of each message, field, enum, value, service and method, by its name.
type Facts = BTreeMap<String, String>;

#[test]
fn our_files_equal_the_descriptors() {
    let differences = differences(&facts_of_our_files(), &facts_of_the_descriptors());
    assert!(differences.is_empty(), "our files differ:\n{}", differences.join("\n"));
}

#[test]
fn every_kind_of_difference_is_reported() {
    let expected = facts_of_the_descriptors();
    let mut ours = expected.clone();
    ours.insert("field pulumirpc.CheckFailure.reason".into(), "7 singular string".into());
    ours.remove("method pulumirpc.Engine.Log");
    ours.insert("value pulumirpc.Result.SKIP".into(), "2".into());

    assert_eq!(
        differences(&ours, &expected),
        [
            "field pulumirpc.CheckFailure.reason: ours \"7 singular string\", expected \"2 singular string\"",
            "method pulumirpc.Engine.Log: missing, expected \"pulumirpc.LogRequest -> google.protobuf.Empty\"",
            "value pulumirpc.Result.SKIP: ours \"2\", not expected",
        ]
    );
}

#[test]
fn constants_equal_those_of_the_protocol() {
    use pulumi_rpc::{MAX_MESSAGE_BYTES, SIGNATURE_KEY, signature, unknown};

    let ours = serde_json::json!({
        "signature_key": SIGNATURE_KEY,
        "signatures": {
            "secret": signature::SECRET,
            "output_value": signature::OUTPUT_VALUE,
            "resource_reference": signature::RESOURCE_REFERENCE,
            "asset": signature::ASSET,
            "archive": signature::ARCHIVE,
            "byte_string": signature::BYTE_STRING,
        },
        "unknown_sentinels": {
            "bool": unknown::BOOL,
            "number": unknown::NUMBER,
            "string": unknown::STRING,
            "array": unknown::ARRAY,
            "asset": unknown::ASSET,
            "archive": unknown::ARCHIVE,
            "object": unknown::OBJECT,
        },
        "max_message_bytes": MAX_MESSAGE_BYTES,
    });
    let expected = &descriptors()["constants"];
    assert_eq!(&ours, expected);

    let mut listed = unknown::ALL.to_vec();
    let mut named: Vec<_> = expected["unknown_sentinels"].as_object().unwrap().values().map(text).collect();
    listed.sort_unstable();
    named.sort_unstable();
    assert_eq!(listed, named);
}

/// All differences, one line each.
fn differences(ours: &Facts, expected: &Facts) -> Vec<String> {
    let mut names: Vec<_> = ours.keys().chain(expected.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| match (ours.get(name), expected.get(name)) {
            (Some(ours), Some(expected)) if ours == expected => None,
            (Some(ours), Some(expected)) => Some(format!("{name}: ours {ours:?}, expected {expected:?}")),
            (Some(ours), None) => Some(format!("{name}: ours {ours:?}, not expected")),
            (None, expected) => Some(format!("{name}: missing, expected {:?}", expected?)),
        })
        .collect()
}

// Facts of the descriptors.

fn descriptors() -> Value {
    serde_json::from_str(include_str!("proto-facts.json")).unwrap()
}

fn facts_of_the_descriptors() -> Facts {
    let descriptors = descriptors();
    let mut facts = Facts::new();
    for (name, message) in descriptors["messages"].as_object().unwrap() {
        facts.insert(format!("message {name}"), reserved_in_json(message));
        for field in message["fields"].as_array().unwrap() {
            facts.insert(format!("field {name}.{}", text(&field["name"])), field_in_json(field));
        }
    }
    for (name, enumeration) in descriptors["enums"].as_object().unwrap() {
        facts.insert(format!("enum {name}"), reserved_in_json(enumeration));
        for (value, number) in enumeration["values"].as_object().unwrap() {
            facts.insert(format!("value {name}.{value}"), number.to_string());
        }
    }
    for (name, methods) in descriptors["services"].as_object().unwrap() {
        facts.insert(format!("service {name}"), String::new());
        for method in methods.as_array().unwrap() {
            let described = describe_method(
                method["client_streaming"].as_bool().unwrap(),
                text(&method["request"]),
                method["server_streaming"].as_bool().unwrap(),
                text(&method["response"]),
            );
            facts.insert(format!("method {name}.{}", text(&method["name"])), described);
        }
    }
    facts
}

fn field_in_json(field: &Value) -> String {
    let key = field.get("key_type").map(|key| format!(" {} to", text(key))).unwrap_or_default();
    let named = field.get("type_name").map(|name| format!(" {}", text(name))).unwrap_or_default();
    let choice = field.get("oneof").map(|choice| format!(" in {}", text(choice))).unwrap_or_default();
    format!("{} {}{key} {}{named}{choice}", field["number"], text(&field["label"]), text(&field["type"]))
}

fn reserved_in_json(thing: &Value) -> String {
    let ranges = thing.get("reserved_numbers").and_then(Value::as_array).into_iter().flatten();
    let names = thing.get("reserved_names").and_then(Value::as_array).into_iter().flatten();
    describe_reserved(ranges.map(|range| (range[0].as_i64().unwrap(), range[1].as_i64().unwrap())), names.map(text))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

// Facts of our files.

/// Reads every `.proto` file of the crate, so that the comparison is complete.
fn facts_of_our_files() -> Facts {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["pulumi", "google/rpc"] {
        for entry in root.join(folder).read_dir().unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(path.extension().unwrap(), "proto", "{} is not a `.proto` file", path.display());
            paths.push(path);
        }
    }
    let ours = protox::compile(paths, [root]).unwrap();

    let mut facts = Facts::new();
    for file in ours.file.iter().filter(|file| file.package() != "google.protobuf") {
        assert_eq!(file.syntax(), "proto3", "{}", file.name());
        for message in &file.message_type {
            add_message(&mut facts, file.package(), message);
        }
        for enumeration in &file.enum_type {
            add_enum(&mut facts, file.package(), enumeration);
        }
        add_services(&mut facts, file);
    }
    facts
}

fn add_message(facts: &mut Facts, scope: &str, message: &DescriptorProto) {
    let name = format!("{scope}.{}", message.name());
    // Ranges of messages exclude their end.
    let ranges = message.reserved_range.iter().map(|range| (range.start().into(), i64::from(range.end()) - 1));
    let reserved = describe_reserved(ranges, message.reserved_name.iter().map(String::as_str));
    facts.insert(format!("message {name}"), reserved);
    for field in &message.field {
        facts.insert(format!("field {name}.{}", field.name()), describe_field(message, field));
    }
    for nested in message.nested_type.iter().filter(|nested| !is_map_entry(nested)) {
        add_message(facts, &name, nested);
    }
    for enumeration in &message.enum_type {
        add_enum(facts, &name, enumeration);
    }
}

fn add_enum(facts: &mut Facts, scope: &str, enumeration: &EnumDescriptorProto) {
    let name = format!("{scope}.{}", enumeration.name());
    // Ranges of enums include their end.
    let ranges = enumeration.reserved_range.iter().map(|range| (range.start().into(), range.end().into()));
    let reserved = describe_reserved(ranges, enumeration.reserved_name.iter().map(String::as_str));
    facts.insert(format!("enum {name}"), reserved);
    for value in &enumeration.value {
        facts.insert(format!("value {name}.{}", value.name()), value.number().to_string());
    }
}

fn add_services(facts: &mut Facts, file: &FileDescriptorProto) {
    for service in &file.service {
        let name = format!("{}.{}", file.package(), service.name());
        facts.insert(format!("service {name}"), String::new());
        for method in &service.method {
            let described = describe_method(
                method.client_streaming(),
                undotted(method.input_type()),
                method.server_streaming(),
                undotted(method.output_type()),
            );
            facts.insert(format!("method {name}.{}", method.name()), described);
        }
    }
}

fn describe_field(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let number = field.number();
    if let Some(entry) = map_entry(message, field) {
        let [key, value] = entry.field.as_slice() else { panic!("a map entry has a key and a value") };
        return format!("{number} map {} to {}", describe_type(key), describe_type(value));
    }
    let label = match field.label() {
        Label::Repeated => "repeated",
        _ if field.proto3_optional() => "optional",
        _ => "singular",
    };
    // The synthetic `oneof` of an optional field exists in descriptors only.
    let choice = match field.oneof_index {
        Some(index) if !field.proto3_optional() => {
            format!(" in {}", message.oneof_decl[usize::try_from(index).unwrap()].name())
        }
        _ => String::new(),
    };
    format!("{number} {label} {}{choice}", describe_type(field))
}

fn describe_type(field: &FieldDescriptorProto) -> String {
    let kind = field.r#type().as_str_name().trim_start_matches("TYPE_").to_lowercase();
    match undotted(field.type_name()) {
        "" => kind,
        name => format!("{kind} {name}"),
    }
}

fn map_entry<'a>(message: &'a DescriptorProto, field: &FieldDescriptorProto) -> Option<&'a DescriptorProto> {
    let name = field.type_name().rsplit('.').next()?;
    message.nested_type.iter().find(|nested| is_map_entry(nested) && nested.name() == name)
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(prost_types::MessageOptions::map_entry)
}

fn undotted(name: &str) -> &str {
    name.trim_start_matches('.')
}

// Shared by both.

fn describe_method(client_streams: bool, request: &str, server_streams: bool, response: &str) -> String {
    let stream = |streams| if streams { "stream " } else { "" };
    format!("{}{request} -> {}{response}", stream(client_streams), stream(server_streams))
}

/// Lists reserved numbers one by one, because adjacent numbers may be one range or several.
fn describe_reserved<'a>(ranges: impl Iterator<Item = (i64, i64)>, names: impl Iterator<Item = &'a str>) -> String {
    let mut numbers: Vec<i64> = ranges.flat_map(|(start, end)| start..=end).collect();
    let mut names: Vec<&str> = names.collect();
    numbers.sort_unstable();
    names.sort_unstable();
    if numbers.is_empty() && names.is_empty() {
        return String::new();
    }
    format!("reserves {numbers:?} {names:?}")
}
