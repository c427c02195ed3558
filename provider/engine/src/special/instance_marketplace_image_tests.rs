//! The choice of an image.

use serde_json::json;

use super::*;

#[test]
fn an_image_is_for_the_types_of_its_list() {
    let image = json!({ "compatible_commercial_types": ["DEV1-S", "DEV1-M"] });
    assert!(is_for(&image, "dev1-m") && !is_for(&image, "PRO2-S") && !is_for(&json!({}), "DEV1-S"));
}
