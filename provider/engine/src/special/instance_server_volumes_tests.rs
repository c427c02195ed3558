//! The volumes of an Instance in requests.

use serde_json::json;

use super::*;

#[test]
fn volumes_that_stay_are_named_or_have_the_type_of_block_storage() {
    let live = json!({
        "0": { "id": "a", "volume_type": "sbs_volume", "boot": true, "state": "available" },
        "1": { "id": "b", "volume_type": "l_ssd", "boot": false, "name": "data", "size": 1 },
    });
    let sent = kept(live.as_object().unwrap());
    let expected = json!({
        "0": { "id": "a", "volume_type": "sbs_volume", "boot": true },
        "1": { "id": "b", "name": "data", "boot": false },
    });
    assert_eq!(Json::Object(sent), expected);
}

#[test]
fn the_root_volume_is_kept_only_on_request() {
    let olds = |flag: Json| {
        let root = value::Value::from(json!({ "deleteOnTermination": flag }));
        [("rootVolume".to_owned(), root)].into_iter().collect::<Object>()
    };
    assert!(keeps_root(&olds(json!(false))));
    assert!(!keeps_root(&olds(json!(true))) && !keeps_root(&Object::new()));
}
