//! Whether the API has returned exactly what was sent, so that a read would return nothing else. Pure.

use catalog::{IdPart, Input, Kind};
use serde_json::Value as Json;

use crate::scope::Scope;
use crate::wire;

/// Whether the responses contain every field that is read, with the value that was sent.
///
/// A field that the program does not set, or that is only returned, may be set later: it is not an echo.
pub fn is_echo(scope: &Scope<'_>) -> bool {
    let in_id = |name: &String| {
        scope.resource.id_forms().flatten().any(|part| matches!(part, IdPart::Property(other) if other == name))
    };
    let mut fields = scope
        .resource
        .properties
        .iter()
        .filter(|(name, property)| !in_id(name) && !matches!(property.input, Input::Provider(_)))
        .filter_map(|(_, property)| Some((property.read.as_deref()?, &property.kind)))
        .peekable();
    let is_returned = |(field, kind): (&str, &Kind)| {
        let sent = scope.desired_field(field).filter(|sent| !sent.is_null() && !has_outputs(kind));
        sent.is_some_and(|sent| wire::get(&scope.answers, field).is_some_and(|returned| repeats(returned, sent)))
    };
    fields.peek().is_some() && fields.all(is_returned)
}

/// Whether values of this type contain properties that only the API sets.
fn has_outputs(kind: &Kind) -> bool {
    kind.properties().any(|(_, inner)| inner.input == Input::No || has_outputs(&inner.kind))
}

/// Whether a returned value has every field of the sent one, in the same order.
fn repeats(returned: &Json, sent: &Json) -> bool {
    match (returned, sent) {
        (Json::Object(returned), Json::Object(sent)) => {
            sent.iter().all(|(name, sent)| returned.get(name).is_some_and(|returned| repeats(returned, sent)))
        }
        (Json::Array(returned), Json::Array(sent)) => {
            returned.len() == sent.len() && returned.iter().zip(sent).all(|(returned, sent)| repeats(returned, sent))
        }
        _ => returned == sent,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_response_repeats_what_was_sent_if_it_has_the_same_elements_in_the_same_order() {
        let returned = json!([{ "ip": "1.2.3.4/32", "port": 1 }, { "ip": "5.6.7.8/32", "port": 1 }]);
        assert!(repeats(&returned, &json!([{ "ip": "1.2.3.4/32" }, { "ip": "5.6.7.8/32" }])));
        for sent in [
            json!([{ "ip": "1.2.3.4/32" }]),
            json!([{ "ip": "5.6.7.8/32" }, { "ip": "1.2.3.4/32" }]),
            json!([{ "ip": "1.2.3.4/32", "description": "one" }, { "ip": "5.6.7.8/32" }]),
        ] {
            assert!(!repeats(&returned, &sent), "{sent}");
        }
    }
}
