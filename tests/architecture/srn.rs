//! Scaleway resource names: annotations and audit logs refer to an object by its `srn`.

use catalog::{Resource, Step};
use scaleway_api::{Document, Kind, Method, Schema};
use tests::places;

/// Resources whose read returns an `srn` that is not theirs.
const OF_ANOTHER_OBJECT: &[(&str, &str)] = &[
    ("annotations/binding:Binding", "the annotated resource, which is the input `targetSrn`"),
    ("elasticmetal/ipMacAddress:IpMacAddress", "the flexible IP"),
    ("iam/groupMembership:GroupMembership", "the group"),
    ("instance/securityGroupRules:SecurityGroupRules", "the security group"),
    ("ipam/ipReverseDns:IpReverseDns", "the address"),
    ("keymanager/keyMaterial:KeyMaterial", "the key"),
    ("network/publicGatewayIpReverseDns:PublicGatewayIpReverseDns", "the address"),
];

#[test]
fn a_resource_whose_read_returns_an_srn_has_it_as_an_output() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (token, resource) in &places::catalog().resources {
        // An action reads its target.
        if resource.action.is_some() || !resource.read.iter().any(returns_srn) {
            continue;
        }
        seen += 1;
        let has_output = resource.properties.values().any(|property| property.read.as_deref() == Some("srn"));
        match OF_ANOTHER_OBJECT.iter().find(|(other, _)| other == token) {
            None if !has_output => wrong.push(format!("{token}: its read returns `srn`, which is not an output")),
            Some((_, of)) if has_output => wrong.push(format!("{token}: its output `srn` is listed as that of {of}")),
            _ => {}
        }
    }
    for (token, of) in OF_ANOTHER_OBJECT {
        let is_read = |resource: &Resource| resource.read.iter().any(returns_srn);
        if !places::catalog().resources.get(*token).is_some_and(is_read) {
            wrong.push(format!("{token}: its read does not return the `srn` of {of}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 60, "{seen} resources");
}

/// Whether the object that a step reads has the field. The response of a step with `into` is another object.
fn returns_srn(step: &Step) -> bool {
    let Some(method) = Method::from_name(&step.call.method).filter(|_| step.into.is_none()) else { return false };
    let Some((document, matched)) = scaleway_api::find(method, &step.call.path) else { return false };
    let Some(response) = document.object_of(matched.operation) else { return false };
    let beside = step.object.as_deref().and_then(|path| at(document, response, path));
    let element = step.call.pages.as_ref().and_then(|list| {
        let element = at(document, response, &format!("{list}[]"))?;
        match step.find.as_ref().and_then(|find| find.element.as_deref()) {
            None => Some(element),
            Some(path) => at(document, element, path),
        }
    });
    [Some(response), beside, element].into_iter().flatten().any(|object| at(document, object, "srn").is_some())
}

/// The schema at a path such as `alerts[].notifications[]`.
fn at<'a>(document: &'a Document, schema: &'a Schema, path: &str) -> Option<&'a Schema> {
    path.split('.').try_fold(schema, |schema, part| {
        let Kind::Object { properties, .. } = &document.resolve(schema).kind else { return None };
        let field = properties.get(part.trim_end_matches("[]"))?;
        match &document.resolve(field).kind {
            Kind::Array { items, .. } if part.ends_with("[]") => Some(&**items),
            _ => Some(field),
        }
    })
}
