//! Random changes of bytes and of JSON.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

/// Parts that decoders often treat specially.
const FRAGMENTS: [&[u8]; 17] = [
    b"null",
    b"\"\"",
    b"{}",
    b"[]",
    b"-1",
    b"1e400",
    b"99999999999999999999",
    b"0.5",
    b"\0",
    b"\xff\xfe",
    b"</",
    b"<![CDATA[",
    b"&amp;",
    b"&unknown;",
    b"%00",
    b"fr-par/",
    b"{\"$\":[",
];

/// The largest number of changes of one input.
const MOST_CHANGES: usize = 4;

/// The bytes with some changes.
pub(crate) fn bytes(rng: &mut Rng, original: &[u8]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..rng.usize(1..=MOST_CHANGES) {
        let start = rng.usize(0..=bytes.len());
        let end = rng.usize(start..=bytes.len().min(start + 40));
        match rng.u8(0..5) {
            0 => drop(bytes.drain(start..end)),
            1 => {
                let copy = bytes[start..end].to_vec();
                drop(bytes.splice(end..end, copy));
            }
            2 => drop(bytes.splice(start..end, rng.choice(FRAGMENTS).unwrap_or_default().iter().copied())),
            3 => bytes.truncate(start),
            _ => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte ^= 1 << rng.u8(0..8);
                }
            }
        }
    }
    bytes
}

/// The JSON with some values replaced, removed or renamed.
pub(crate) fn json(rng: &mut Rng, original: &Json) -> Json {
    let mut json = original.clone();
    for _ in 0..rng.usize(1..=MOST_CHANGES) {
        change(rng, &mut json);
    }
    json
}

fn change(rng: &mut Rng, json: &mut Json) {
    match json {
        Json::Array(items) if !items.is_empty() && rng.u8(0..8) > 0 => {
            let index = rng.usize(..items.len());
            match rng.u8(0..4) {
                0 => drop(items.remove(index)),
                1 => items.push(items[index].clone()),
                _ => change(rng, &mut items[index]),
            }
        }
        Json::Object(fields) if !fields.is_empty() && rng.u8(0..8) > 0 => {
            let key = fields.keys().nth(rng.usize(..fields.len())).cloned().unwrap_or_default();
            match rng.u8(0..6) {
                0 => drop(fields.remove(&key)),
                1 => {
                    let value = fields.remove(&key).unwrap_or_default();
                    fields.insert(format!("{key}x"), value);
                }
                _ => change(rng, fields.entry(key).or_insert(Json::Null)),
            }
        }
        json => *json = other(rng, json),
    }
}

/// Another value, often of another type.
fn other(rng: &mut Rng, json: &Json) -> Json {
    match (rng.u8(0..12), json) {
        (0, _) => Json::Null,
        (1, _) => json!(true),
        (2, _) => json!(-1),
        (3, _) => json!(u64::MAX),
        (4, _) => json!(1.5),
        (5, _) => json!(""),
        (6, _) => json!("\u{0}é\u{202e}/../%2f"),
        (7, _) => json!("x".repeat(70_000)),
        (8, _) => json!([json.clone()]),
        (9, _) => Json::Object(Map::from_iter([("x".to_owned(), json.clone())])),
        (_, Json::String(text)) => Json::from(String::from_utf8_lossy(&bytes(rng, text.as_bytes())).into_owned()),
        (_, Json::Number(number)) => json!(number.as_f64().unwrap_or_default() * 1e6),
        _ => json!([]),
    }
}
