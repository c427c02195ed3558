//! Parses values with several notations. Written by hand, so that an error inside has its exact place: derived
//! code would report for the whole value that it "matched no variant".

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

use crate::descriptor::{KnownList, KnownWord, Step, StepOrOperation, Steps, WireWord};

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepsVisitor)
    }
}

impl<'de> Deserialize<'de> for StepOrOperation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

impl<'de> Deserialize<'de> for WireWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WireVisitor)
    }
}

impl<'de> Deserialize<'de> for KnownWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KnownVisitor)
    }
}

struct KnownVisitor;

impl<'de> Visitor<'de> for KnownVisitor {
    type Value = KnownWord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of known values, or the name of its file")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<KnownWord, E> {
        Ok(KnownWord::File(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<KnownWord, A::Error> {
        Ok(KnownWord::List(KnownList::deserialize(MapAccessDeserializer::new(map))?))
    }
}

struct StepsVisitor;

impl<'de> Visitor<'de> for StepsVisitor {
    type Value = Steps;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an operation ID, a step, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Steps, E> {
        Ok(Steps::Operation(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Steps, A::Error> {
        Ok(Steps::One(Box::new(Step::deserialize(MapAccessDeserializer::new(map))?)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Steps, A::Error> {
        Ok(Steps::Many(Vec::deserialize(SeqAccessDeserializer::new(list))?))
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = StepOrOperation;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an operation ID or a step")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<StepOrOperation, E> {
        Ok(StepOrOperation::Operation(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StepOrOperation, A::Error> {
        Ok(StepOrOperation::Step(Box::new(Step::deserialize(MapAccessDeserializer::new(map))?)))
    }
}

struct WireVisitor;

impl<'de> Visitor<'de> for WireVisitor {
    type Value = WireWord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path, `none`, or `{ send: …, read: … }`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WireWord, E> {
        Ok(WireWord::Both(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WireWord, A::Error> {
        let (mut send, mut read) = (None, None);
        while let Some(word) = map.next_key::<String>()? {
            match word.as_str() {
                "send" => send = Some(map.next_value()?),
                "read" => read = Some(map.next_value()?),
                other => return Err(A::Error::unknown_field(other, &["send", "read"])),
            }
        }
        Ok(WireWord::Each { send, read })
    }
}
