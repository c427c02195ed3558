//! Conversion between values and JSON. Numbers without a fraction become integers, as Scaleway's APIs require.

use serde_json::{Map, Number, Value as Json};
use thiserror::Error;

use crate::{Data, Object, Value};

/// An unknown value cannot be converted to JSON.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the value is unknown")]
pub struct UnknownValue;

/// Integers in a 64-bit float are exact up to 2^53.
const LARGEST_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

impl Value {
    /// The value as JSON, including secrets: for HTTP bodies, not for messages.
    ///
    /// An asset becomes its text (or null), a reference its ID. Fails if the value contains an unknown value.
    pub fn to_json(&self) -> Result<Json, UnknownValue> {
        Ok(match self.data() {
            Data::Null => Json::Null,
            Data::Unknown => return Err(UnknownValue),
            Data::Bool(flag) => Json::Bool(*flag),
            Data::Number(number) => json_number(*number),
            Data::String(text) => Json::String(text.to_string()),
            Data::Array(items) => Json::Array(items.iter().map(Value::to_json).collect::<Result<_, _>>()?),
            Data::Object(object) => {
                let fields = object.iter().map(|(name, value)| Ok((name.clone(), value.to_json()?)));
                Json::Object(fields.collect::<Result<Map<_, _>, _>>()?)
            }
            Data::Asset(asset) => asset.text.clone().map_or(Json::Null, Json::String),
            Data::Reference(reference) => match &reference.id {
                Some(id) => id.to_json()?,
                None => Json::Null,
            },
        })
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::NULL,
            Json::Bool(flag) => Self::from(flag),
            Json::Number(number) => Self::from(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::from(text),
            Json::Array(items) => Self::from(items.into_iter().map(Self::from).collect::<Vec<_>>()),
            Json::Object(map) => {
                Self::from(map.into_iter().map(|(name, json)| (name, Self::from(json))).collect::<Object>())
            }
        }
    }
}

fn json_number(number: f64) -> Json {
    #[expect(clippy::cast_possible_truncation, reason = "an integer within 2^53 is exact")]
    if number.fract() == 0.0 && number.abs() <= LARGEST_EXACT_INTEGER {
        return Json::Number(Number::from(number as i64));
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn integers_are_written_without_a_fraction() {
        assert_eq!(Value::from(5.0).to_json(), Ok(json!(5)));
        assert_eq!(Value::from(0.5).to_json(), Ok(json!(0.5)));
        assert_eq!(Value::from(256_000_000.0).to_json(), Ok(json!(256_000_000)));
    }

    #[test]
    fn an_unknown_value_is_not_converted() {
        let value = Value::from(vec![Value::from("a"), Value::UNKNOWN]);
        assert_eq!(value.to_json(), Err(UnknownValue));
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i32>().prop_map(Json::from),
            ".*".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
                prop::collection::btree_map("[a-z]{1,8}", inner, 0..5)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_is_unchanged_by_a_round_trip(json in any_json()) {
            prop_assert_eq!(Value::from(json.clone()).to_json(), Ok(json));
        }
    }
}
