//! The API documents match recorded requests and responses.

use std::fs;
use std::path::Path;

use scaleway_api::{Matched, Method, Rules, find};
use serde_json::Value;

/// Fields that are null in responses, although the document does not declare it: an address has either of the two.
const NULL: [(&str, &str); 2] = [("instance.v1", "ip.address"), ("instance.v1", "ip.prefix")];

pub(crate) fn recorded_requests_and_responses_match_the_api_documents(traffic: &Path) {
    let mut compared = 0;
    for product in fs::read_dir(traffic).unwrap().filter_map(|entry| fs::read_dir(entry.unwrap().path()).ok()) {
        for file in product {
            for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                compared += usize::from(fits(&serde_json::from_str(line).unwrap()));
            }
        }
    }
    assert!(compared > 1000, "only {compared} exchanges were compared");
}

/// Whether an embedded document contains the operation of the exchange; fails if the exchange is invalid.
fn fits(exchange: &Value) -> bool {
    let Some(address) = exchange["url"].as_str().and_then(|url| url.strip_prefix("https://api.scaleway.com")) else {
        return false;
    };
    let method = Method::from_name(exchange["method"].as_str().unwrap());
    let path = address.split('?').next().unwrap();
    let found = method.and_then(|method| find(method, path));
    let Some((document, Matched { operation, .. })) = found else {
        return false;
    };
    if let (Some(schema), Some(body), 200..300) =
        (&operation.request, exchange.get("request"), exchange["status"].as_u64().unwrap())
    {
        assert_eq!(document.validate(schema, body, Rules::REQUEST), [], "{exchange}");
    }
    if let (Some(schema), Some(body), 200) =
        (&operation.answer, exchange.get("body"), exchange["status"].as_u64().unwrap())
    {
        let mut found = document.validate(schema, body, Rules::ANSWER);
        found.retain(|violation| !NULL.iter().any(|(name, path)| *name == document.name && *path == violation.path));
        assert_eq!(found, [], "{exchange}");
    }
    true
}
