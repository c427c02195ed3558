//! The keys of user data in requests.

use serde_json::json;

use super::*;

#[test]
fn the_configuration_of_cloud_init_is_a_key_unless_it_is_empty() {
    let of = |json: Json| keys(json.as_object().unwrap()).into_iter().collect::<Vec<_>>();
    let pair = |key: &str, text: &str| (key.to_owned(), text.to_owned());
    let both = json!({ "user_data": { "foo": "bar" }, "cloud_init": "#cloud-config" });
    assert_eq!(of(both), [pair("cloud-init", "#cloud-config"), pair("foo", "bar")]);
    assert_eq!(of(json!({ "user_data": { "foo": "" }, "cloud_init": "" })), [pair("foo", "")]);
    assert_eq!(of(json!({ "user_data": null, "cloud_init": null })), []);
}
