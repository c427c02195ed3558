//! The words of the handler exist in the descriptors.
#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn deletes_with_an_operation_of_the_descriptor() {
    let catalog = catalog::Catalog::parse(include_str!("../../../../schema/catalog.json")).unwrap();
    for (token, handler) in [("mnq/sqsQueue:SqsQueue", &QUEUE), ("mnq/snsTopic:SnsTopic", &TOPIC)] {
        let resource = &catalog.resources[token];
        assert!(resource.special.as_ref().unwrap().operations.contains_key(handler.delete), "{token}");
        let read = resource.properties.values().filter_map(|property| property.read.as_deref());
        assert!(read.into_iter().any(|field| field == handler.address), "{token}");
        assert_eq!(resource.read.len() == 2, handler.has_url, "{token}: the first of two reads looks up the URL");
    }
}
