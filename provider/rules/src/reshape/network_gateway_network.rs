//! Gateway networks: two fields in the API, a list with one element for the program.

use serde_json::{Map, Value as Json};

use crate::wire::Wire;

const FIELDS: [&str; 2] = ["push_default_route", "ipam_ip_id"];

/// Moves the fields of the first of `ipam_configs` to the top level.
pub(super) fn encode(wire: &mut Wire) {
    let Some(Json::Array(configs)) = wire.remove("ipam_configs") else { return };
    let Some(Json::Object(config)) = configs.into_iter().next() else { return };
    for (field, json) in config.into_iter().filter(|(field, _)| FIELDS.contains(&field.as_str())) {
        wire.insert(field, json);
    }
}

/// Moves the two fields to `ipam_configs`, a list with one element; without them there is no list.
pub(super) fn decode(wire: &mut Wire) {
    let fields = FIELDS.iter().filter_map(|field| Some(((*field).to_owned(), wire.get(*field)?.clone())));
    let config: Map<String, Json> = fields.collect();
    if !config.is_empty() {
        wire.insert("ipam_configs".to_owned(), Json::Array(vec![Json::Object(config)]));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::reshape::reshaped;

    proptest! {
        #[test]
        fn a_config_is_returned_unchanged(push in any::<bool>(), id in "[0-9a-f]{8}") {
            let given = json!({ "ipam_configs": [{ "push_default_route": push, "ipam_ip_id": id }] });
            let sent = reshaped(encode, &given);
            prop_assert_eq!(&sent, &json!({ "push_default_route": push, "ipam_ip_id": id }));
            let back = reshaped(decode, &sent);
            prop_assert_eq!(&back["ipam_configs"], &given["ipam_configs"]);
        }
    }

    #[test]
    fn unexpected_json_is_ignored() {
        for unexpected in
            [json!({ "ipam_configs": "a" }), json!({ "ipam_configs": [1] }), json!({ "ipam_configs": [] })]
        {
            assert_eq!(reshaped(encode, &unexpected), json!({}));
        }
        assert_eq!(reshaped(decode, &json!({})), json!({}));
    }
}
