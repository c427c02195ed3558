//! Tests of the rules of runners.

use serde_json::json;

use super::super::{decoded, encoded};
use super::Runner;

#[test]
fn each_provider_has_a_configuration_of_its_own() {
    for provider in ["github", "gitlab"] {
        let wire = json!({ "runner_configuration": { "name": "a", "provider": provider, "url": "b", "token": "c" } });
        let configuration = &encoded(&Runner, &wire)["runner_configuration"];
        let own = json!({ "url": "b", "token": "c" });
        assert_eq!(
            *configuration,
            json!({ "name": "a", "provider": provider, (format!("{provider}_configuration")): own })
        );
    }
    assert_eq!(encoded(&Runner, &json!({ "project_id": "a" })), json!({ "project_id": "a" }));
}

#[test]
fn url_and_labels_are_read_from_the_configuration_of_the_provider() {
    let github = json!({ "provider": "github", "github_configuration": { "url": "a", "labels": ["b"] } });
    let wire = decoded(&Runner, &json!({ "configuration": github }));
    assert_eq!((&wire["configuration"]["url"], &wire["configuration"]["labels"]), (&json!("a"), &json!(["b"])));
    let gitlab = json!({ "provider": "gitlab", "gitlab_configuration": { "url": "a" } });
    let wire = decoded(&Runner, &json!({ "configuration": gitlab }));
    assert_eq!((&wire["configuration"]["url"], &wire["configuration"]["labels"]), (&json!("a"), &json!([])));
}
