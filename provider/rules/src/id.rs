//! Pulumi ids: parsing and composition. An ID contains the region or zone, so that it identifies an object by itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use catalog::{IdPart, Input, Locality, Resource};
use value::Object;

use crate::error::{Error, ErrorKind};
use crate::place::{self, Defaults};

/// The parts of an ID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The region or zone.
    pub locality: Option<String>,
    /// The UUID of the resource.
    pub uuid: Option<String>,
    /// Properties by name, in the API's form without region or zone.
    pub properties: BTreeMap<String, String>,
    /// The project, for APIs whose calls are made for a project.
    pub project: Option<String>,
}

/// Parses an ID. An ID without region or zone is in the provider's.
pub fn parse(resource: &Resource, id: &str, defaults: &Defaults) -> Result<Parts, Error> {
    let (whole, mut project) = without_project(resource, id);
    let mut forms = resource.id_forms();
    let mut parts =
        forms.find_map(|form| parts(resource, form, &whole, defaults)).ok_or_else(|| malformed(resource, id))?;
    if let Some(holder) = holder(resource)
        && let Some(text) = parts.properties.get_mut(holder)
        && let Some((bare, named)) = text.clone().rsplit_once('@')
    {
        (*text, project) = (bare.to_owned(), Some(named.to_owned()));
    }
    Ok(Parts { project, ..parts })
}

/// The same ID for calls in another project.
pub fn in_project(resource: &Resource, id: &str, project: &str, defaults: &Defaults) -> Result<String, Error> {
    let mut parts = parse(resource, id, defaults)?;
    if !resource.project_in_id || parts.project.is_some() {
        return Ok(id.to_owned());
    }
    let Some(text) = holder(resource).and_then(|holder| parts.properties.get_mut(holder)) else {
        return Ok(format!("{id}@{project}"));
    };
    text.push('@');
    text.push_str(project);
    compose(resource, &parts).ok_or_else(|| malformed(resource, id))
}

/// The index of the part that `@project` follows if the last part of an ID may contain any character: the one before it.
///
/// In `fr-par/bucket@project/key`, every `@` of the key belongs to the key; a bucket name contains none.
fn holder(resource: &Resource) -> Option<&str> {
    let at_end = resource.id.iter().rev().nth(1).filter(|_| resource.project_in_id && resource.id_rest);
    match at_end {
        Some(IdPart::Property(name)) => Some(name),
        _ => None,
    }
}

/// Splits an ID into the ID without `@project`, and the project: `bucket@project`, `bucket@project/acl` or
/// `bucket/acl@project`.
fn without_project<'a>(resource: &Resource, id: &'a str) -> (Cow<'a, str>, Option<String>) {
    if !resource.project_in_id || resource.id_rest {
        return (Cow::from(id), None);
    }
    match id.rsplit_once('@') {
        None => (Cow::from(id), None),
        Some((before, after)) => match after.split_once('/') {
            None => (Cow::from(before), Some(after.to_owned())),
            Some((project, rest)) => (Cow::from(format!("{before}/{rest}")), Some(project.to_owned())),
        },
    }
}

/// The parts of an ID of the given form; `None` if it has another form.
fn parts(resource: &Resource, form: &[IdPart], whole: &str, defaults: &Defaults) -> Option<Parts> {
    let default = defaults.locality(resource.locality);
    let carries = whole.split('/').next().is_some_and(|first| place::is_locality(resource.locality, first));
    let most = match (resource.id_rest, carries || resource.locality == Locality::Global) {
        (false, _) => usize::MAX,
        (true, true) => form.len(),
        (true, false) => form.len() - 1,
    };
    let mut segments: Vec<&str> = whole.splitn(most, '/').collect();
    let carries = segments.first().is_some_and(|first| place::is_locality(resource.locality, first));
    if let (false, Locality::Region | Locality::Zone, Some(default)) = (carries, resource.locality, default) {
        segments.insert(0, default);
    }
    if segments.len() != form.len() {
        return None;
    }
    let mut parts = Parts::default();
    for (part, text) in form.iter().zip(segments) {
        match part {
            // `pulumiverse_scaleway` omits a project that is the provider's.
            IdPart::Property(name) if text.is_empty() => {
                let inherited = resource.properties.get(name).map(|property| &property.input);
                let Some(Input::Provider(what)) = inherited else { return None };
                parts.properties.insert(name.clone(), defaults.of(*what)?.to_owned());
            }
            _ if text.is_empty() => return None,
            IdPart::Locality if place::is_locality(resource.locality, text) => parts.locality = Some(text.to_owned()),
            IdPart::Id => parts.uuid = Some(text.to_owned()),
            IdPart::Property(name) => {
                parts.properties.insert(name.clone(), text.to_owned());
            }
            IdPart::Literal(literal) if literal == text => {}
            IdPart::Locality | IdPart::Literal(_) => return None,
        }
    }
    Some(parts)
}

/// Composes an ID in the first form whose parts are all known.
pub fn compose(resource: &Resource, parts: &Parts) -> Option<String> {
    resource.id_forms().find_map(|form| composed(form, parts))
}

fn composed(form: &[IdPart], parts: &Parts) -> Option<String> {
    let segments: Option<Vec<&str>> = form
        .iter()
        .map(|part| match part {
            IdPart::Locality => parts.locality.as_deref(),
            IdPart::Id => parts.uuid.as_deref(),
            IdPart::Property(name) => parts.properties.get(name).map(String::as_str),
            IdPart::Literal(literal) => Some(literal.as_str()),
        })
        .collect();
    let segments = segments?;
    (!segments.iter().any(|segment| segment.is_empty())).then(|| segments.join("/"))
}

/// Whether an ID has a name instead of the UUID: `fr-par/main` or `main`.
pub fn is_name(resource: &Resource, id: &str) -> bool {
    let (_, rest) = place::split(id);
    let is_by_uuid = resource.id.iter().all(|part| matches!(part, IdPart::Locality | IdPart::Id));
    // The ID of a resource that is identified by its name is the name.
    is_by_uuid && resource.named_by.is_empty() && !rest.is_empty() && !rest.contains('/') && !is_uuid(rest)
}

/// The ID with its parts replaced by those in the outputs.
pub fn recompose(resource: &Resource, id: &str, outputs: &Object, defaults: &Defaults) -> Option<String> {
    let mut parts = parse(resource, id, defaults).ok()?;
    for (name, text) in &mut parts.properties {
        if let Some(found) = outputs.text(name) {
            place::split(found).1.clone_into(text);
        }
    }
    compose(resource, &parts)
}

/// The ID in the first form whose parts are in the outputs, with optional parts included.
pub fn in_full(resource: &Resource, id: &str, outputs: &Object, defaults: &Defaults) -> Option<String> {
    let mut parts = parse(resource, id, defaults).ok()?;
    for part in resource.id_forms().flatten() {
        let IdPart::Property(name) = part else { continue };
        if let (false, Some(found)) = (parts.properties.contains_key(name), outputs.text(name)) {
            parts.properties.insert(name.clone(), place::split(found).1.to_owned());
        }
    }
    compose(resource, &parts)
}

/// The forms of a resource's IDs for messages: `{region}/{instanceId}/{name}`.
pub fn form(resource: &Resource) -> String {
    let word = |part: &IdPart| match part {
        IdPart::Locality if resource.locality == Locality::Zone => "{zone}".to_owned(),
        IdPart::Locality => "{region}".to_owned(),
        IdPart::Id => "{uuid}".to_owned(),
        IdPart::Property(name) => format!("{{{name}}}"),
        IdPart::Literal(literal) => literal.clone(),
    };
    let forms = resource.id_forms().map(|form| form.iter().map(word).collect::<Vec<_>>().join("/"));
    forms.collect::<Vec<_>>().join(" or ")
}

fn malformed(resource: &Resource, id: &str) -> Error {
    Error::new(ErrorKind::Invalid, format!("\"{id}\" is not a valid ID of a {}", resource.label))
        .hint(format!("use an ID of the form {}", form(resource)))
}

/// Whether a string has the form of a UUID.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn database() -> Resource {
        Resource {
            label: "database".to_owned(),
            locality: Locality::Region,
            id: vec![IdPart::Locality, IdPart::Property("instanceId".into()), IdPart::Property("name".into())],
            ..Resource::default()
        }
    }

    fn defaults() -> Defaults {
        Defaults { region: Some("nl-ams".to_owned()), ..Defaults::default() }
    }

    #[test]
    fn a_parsed_id_is_composed_to_the_same_id() {
        let parts = parse(&database(), "fr-par/u-1/app", &defaults()).unwrap();
        assert_eq!(parts.locality.as_deref(), Some("fr-par"));
        assert_eq!(parts.properties["instanceId"], "u-1");
        assert_eq!(compose(&database(), &parts).as_deref(), Some("fr-par/u-1/app"));
    }

    #[test]
    fn the_project_follows_the_bucket_and_a_key_keeps_every_at_sign() {
        let part = |name: &str| IdPart::Property(name.into());
        let of_bucket = |id: Vec<IdPart>, id_rest: bool| Resource {
            locality: Locality::Region,
            id: [vec![IdPart::Locality, part("bucket")], id].concat(),
            id_rest,
            project_in_id: true,
            ..Resource::default()
        };
        let object = of_bucket(vec![part("key")], true);
        for (id, key, project) in [
            ("fr-par/b/img/logo@2x.png", "img/logo@2x.png", None),
            ("b/mailto:me@example.org", "mailto:me@example.org", None),
            ("fr-par/b@p-1/a@b/c@d", "a@b/c@d", Some("p-1")),
        ] {
            let parts = parse(&object, id, &Defaults { region: Some("fr-par".to_owned()), ..defaults() }).unwrap();
            assert_eq!((parts.properties["bucket"].as_str(), parts.properties["key"].as_str()), ("b", key));
            assert_eq!(parts.project.as_deref(), project, "{id}");
            assert_eq!(compose(&object, &parts), Some(format!("fr-par/b/{key}")));
        }
        let list = of_bucket(vec![part("acl")], false);
        for id in ["fr-par/b@p-1/private", "fr-par/b/private@p-1"] {
            let parts = parse(&list, id, &defaults()).unwrap();
            assert_eq!((parts.properties["acl"].as_str(), parts.project.as_deref()), ("private", Some("p-1")), "{id}");
        }
        let in_project = |resource: &Resource, id: &str| in_project(resource, id, "p-1", &defaults()).unwrap();
        assert_eq!(in_project(&object, "fr-par/b/a@b"), "fr-par/b@p-1/a@b");
        assert_eq!(in_project(&list, "fr-par/b/private"), "fr-par/b/private@p-1");
        assert_eq!(in_project(&list, "fr-par/b@p-2/private"), "fr-par/b@p-2/private");
        assert_eq!(in_project(&database(), "fr-par/u-1/app"), "fr-par/u-1/app");
    }

    #[test]
    fn an_id_without_a_region_is_in_the_region_of_the_provider() {
        let parts = parse(&database(), "u-1/app", &defaults()).unwrap();
        assert_eq!(compose(&database(), &parts).as_deref(), Some("nl-ams/u-1/app"));
    }

    #[test]
    fn optional_parts_of_an_id_are_included() {
        let part = |name: &str| IdPart::Property(name.into());
        let list = Resource {
            id: vec![part("bucket"), part("acl")],
            other_ids: vec![vec![part("bucket")]],
            ..Resource::default()
        };
        let found = |outputs: &[(&str, &str)]| {
            let outputs = outputs.iter().map(|(name, text)| ((*name).to_owned(), value::Value::from(*text))).collect();
            in_full(&list, "b", &outputs, &defaults())
        };
        assert_eq!(found(&[("bucket", "fr-par/b"), ("acl", "private")]).as_deref(), Some("b/private"));
        assert_eq!(found(&[("bucket", "fr-par/b")]).as_deref(), Some("b"));
    }

    #[test]
    fn the_form_of_an_id_is_recognized_by_its_constant() {
        let form = |word: &str, member: &str| {
            vec![IdPart::Property("groupId".into()), IdPart::Literal(word.into()), IdPart::Property(member.into())]
        };
        let membership = Resource {
            id: form("user", "userId"),
            other_ids: vec![form("app", "applicationId")],
            ..Resource::default()
        };
        let parts = parse(&membership, "g/app/a", &defaults()).unwrap();
        assert_eq!(parts.properties["applicationId"], "a");
        assert!(!parts.properties.contains_key("userId"));
        assert_eq!(compose(&membership, &parts).as_deref(), Some("g/app/a"));
        let error = parse(&membership, "g/robot/a", &defaults()).unwrap_err().to_string();
        assert!(error.contains("{groupId}/user/{userId} or {groupId}/app/{applicationId}"), "{error}");
    }

    #[test]
    fn a_name_is_recognized_only_in_place_of_a_uuid() {
        let id = vec![IdPart::Locality, IdPart::Id];
        let by_uuid = Resource { locality: Locality::Region, id, ..Resource::default() };
        assert!(is_name(&by_uuid, "main") && is_name(&by_uuid, "fr-par/main"));
        assert!(!is_name(&by_uuid, "11111111-1111-1111-1111-111111111111"));
        assert!(!is_name(&by_uuid, "fr-par/11111111-1111-1111-1111-111111111111"));
        assert!(!is_name(&by_uuid, "") && !is_name(&by_uuid, "fr-par/"));
        assert!(!is_name(&database(), "fr-par/u-1/app"));
    }

    #[test]
    fn an_invalid_id_is_rejected_with_the_valid_form() {
        for id in ["", "fr-par/u-1", "fr-par//app", "fr-par/u-1/app/more", "/u-1/app"] {
            let error = parse(&database(), id, &Defaults::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{id}");
            assert!(error.to_string().contains("{region}/{instanceId}/{name}"), "{error}");
        }
    }
}
