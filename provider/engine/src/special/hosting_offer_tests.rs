//! The choice of an offer of Web Hosting.

use serde_json::json;

use super::{Desired, chosen};

#[test]
fn available_offers_are_chosen_first() {
    let offers = [
        json!({ "id": "a", "name": "mini", "control_panel_name": "cpanel", "available": false }),
        json!({ "id": "b", "name": "mini", "control_panel_name": "wordpress", "available": true }),
    ];
    let choice = |id: &str, name: &str, panel: &str| {
        let desired = Desired { id: id.to_owned(), name: name.to_owned(), panel: panel.to_owned() };
        chosen(&offers, &desired).map(|offer| offer["id"].clone())
    };
    assert_eq!(choice("", "mini", ""), Some(json!("b")));
    assert_eq!(choice("", "mini", "CPanel"), Some(json!("a")));
    assert_eq!(choice("a", "", ""), Some(json!("a")));
    assert_eq!(choice("", "other", ""), None);
}
