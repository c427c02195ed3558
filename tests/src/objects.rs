//! The objects of the fake, in a form that is the same in two deployments of one program.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value as Json;

/// The leaves of one object: path of the field to value.
type Leaves = BTreeMap<String, String>;

/// All objects, by kind; IDs and generated names are replaced by placeholders.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    objects: BTreeMap<String, Vec<Leaves>>,
    /// The IDs that are the same in every deployment.
    ids: HashSet<String>,
}

/// Fields that do not depend on the program: the previous name of another object, the number of deployments of a container, the
/// time of an earlier replacement, the number of nodes between their limits, the number of repeatable actions (the requests are
/// counted instead), and checks of DNS records that an earlier program has created.
const NOT_COMPARED: [(&str, &str); 20] = [
    ("inference/deployment", "fields/size"),
    ("block/volume", "fields/last_detached_at"),
    ("ipam/ip", "fields/resource/name"),
    ("ipam/ip", "hidden/resource_name"),
    ("containers/container", "hidden/next"),
    ("containers/container", "hidden/revision"),
    ("containers/container", "hidden/serving"),
    // The status of an instance ends with the next read of the load balancer.
    ("lb/lb", "fields/instances"),
    // The error of an attempt to deploy a function without code.
    ("functions/function", "fields/error_message"),
    // The number of a user, which is created again because only the response to its create contains the password.
    ("cockpit/grafana", "hidden/last_user"),
    ("cockpit/grafana_user", "id"),
    ("cockpit/grafana_user", "fields/id"),
    ("cockpit/grafana_user", "hidden/grafana_user_id"),
    ("k8s/cluster", "hidden/token_resets"),
    ("key_manager/key", "fields/rotation_count"),
    ("rdb/instance", "hidden/certificate_renewals"),
    ("redis/cluster", "hidden/certificate_renewals"),
    ("tem/domain", "fields/status"),
    ("tem/domain", "fields/last_valid_at"),
    ("tem/domain", "fields/next_check_at"),
];

/// Requests that the fake keeps as objects. One more of them is harmless; one that is missing is not. Runs of jobs are counted as
/// requests of an action.
const ACTIONS: [&str; 1] = ["edge_services/purge_request"];
const RUNS: &str = "jobs/run";

/// Fields that differ between two deployments of one program: kind and path, with `*` for each index.
pub type Masks = BTreeSet<(String, String)>;

impl Objects {
    /// The objects of a snapshot, without those that existed before.
    pub fn new(snapshot: &[Json], baseline: &Self) -> Self {
        let mut ids = HashSet::new();
        for object in snapshot {
            uuids(object, &mut ids);
        }
        let known = if baseline.ids.is_empty() { &ids } else { &baseline.ids };
        let mut objects: BTreeMap<String, Vec<Leaves>> = BTreeMap::new();
        // An object in its retention period is deleted, and so is a revoked domain.
        let exists = |object: &&Json| {
            ["deletion_requested_at", "revoked_at"].iter().all(|time| object["fields"][*time].is_null())
        };
        // A snapshot contains what its instance contained at that time.
        let is_snapshot = |object: &&Json| object["kind"] == "rdb/snapshot";
        let snapshots: HashSet<&str> = snapshot.iter().filter(is_snapshot).filter_map(|it| it["id"].as_str()).collect();
        let is_copied = |object: &Json| {
            object["hidden"]["instance_id"].as_str().is_some_and(|instance| snapshots.contains(instance))
        };
        for object in snapshot.iter().filter(exists).filter(|object| !is_copied(object)) {
            let mut leaves = Leaves::new();
            for part in ["locality", "id", "fields", "hidden"] {
                flatten(&object[part], part, known, &mut leaves);
            }
            let kind = object["kind"].as_str().unwrap_or_default();
            leaves.retain(|path, _| !NOT_COMPARED.iter().any(|(of, start)| *of == kind && path.starts_with(start)));
            objects.entry(kind.to_owned()).or_default().push(leaves);
        }
        Self { objects, ids }
    }

    /// The differing fields of both, if they have the same number of objects of a kind.
    pub fn masks(&self, other: &Self) -> Masks {
        let mut masks = Masks::new();
        for (kind, here) in &self.objects {
            let Some(there) = other.objects.get(kind).filter(|there| there.len() == here.len()) else { continue };
            for (here, there) in here.iter().zip(there) {
                let paths = here.keys().chain(there.keys()).filter(|path| here.get(*path) != there.get(*path));
                masks.extend(paths.map(|path| (kind.clone(), generic(path))));
            }
        }
        masks
    }

    /// The differences from the expected objects.
    pub fn wrong(&self, expected: &Self, masks: &Masks) -> Vec<String> {
        let kinds: BTreeSet<&String> = self.objects.keys().chain(expected.objects.keys()).collect();
        let kinds = kinds.into_iter().filter(|kind| !ACTIONS.contains(&kind.as_str()) && *kind != RUNS);
        kinds.flat_map(|kind| self.wrong_of(kind, expected, masks)).collect()
    }

    /// The actions of `expected` that are missing here.
    pub fn missing_actions(&self, expected: &Self, masks: &Masks) -> Vec<String> {
        let missing = |kind: &str| {
            let here = self.masked(kind, masks);
            let missing = expected.masked(kind, masks).into_iter().filter(|action| !here.contains(action)).count();
            (missing > 0).then(|| format!("{missing} of {kind} missing"))
        };
        ACTIONS.into_iter().filter_map(missing).collect()
    }

    /// The objects of a kind without the masked fields, sorted.
    fn masked(&self, kind: &str, masks: &Masks) -> Vec<Leaves> {
        let objects = self.objects.get(kind).into_iter().flatten();
        let seen = |path: &String| !masks.contains(&(kind.to_owned(), generic(path)));
        let mut objects: Vec<Leaves> =
            objects.map(|leaves| leaves.clone().into_iter().filter(|(path, _)| seen(path)).collect()).collect();
        objects.sort();
        objects
    }

    fn wrong_of(&self, kind: &str, expected: &Self, masks: &Masks) -> Vec<String> {
        let (mut here, mut there) = (self.masked(kind, masks), expected.masked(kind, masks));
        if here.len() != there.len() {
            return vec![format!("{} of {kind} instead of {}", here.len(), there.len())];
        }
        // Equal objects are removed, and the rest is compared in pairs.
        there.retain(|object| match here.iter().position(|other| other == object) {
            Some(place) => {
                here.remove(place);
                false
            }
            None => true,
        });
        let mut wrong = Vec::new();
        for (here, there) in here.iter().zip(&there) {
            let paths: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
            for path in paths.into_iter().filter(|path| here.get(*path) != there.get(*path)) {
                let show = |leaves: &Leaves| leaves.get(path).cloned().unwrap_or_else(|| "absent".to_owned());
                wrong.push(format!("{kind} {path} is {} instead of {}", show(here), show(there)));
            }
        }
        wrong
    }
}

/// Lists whose order depends on the order of the requests and is irrelevant.
const UNORDERED: [&str; 1] = ["fields/endpoints"];

fn part(json: &Json, known: &HashSet<String>) -> Leaves {
    let mut leaves = Leaves::new();
    flatten(json, "", known, &mut leaves);
    leaves
}

/// A path with `*` for each index.
fn generic(path: &str) -> String {
    let part =
        |part: &str| if part.bytes().all(|byte| byte.is_ascii_digit()) { "*".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn flatten(json: &Json, path: &str, known: &HashSet<String>, leaves: &mut Leaves) {
    match json {
        Json::Array(items) if UNORDERED.iter().any(|name| path.ends_with(name)) => {
            let mut parts: Vec<Leaves> = items.iter().map(|item| part(item, known)).collect();
            parts.sort();
            let all =
                parts.into_iter().enumerate().flat_map(|(at, leaves)| leaves.into_iter().map(move |leaf| (at, leaf)));
            leaves.extend(all.map(|(at, (below, value))| (format!("{path}/{at}{below}"), value)));
        }
        Json::Object(map) => {
            map.iter().for_each(|(name, value)| flatten(value, &format!("{path}/{name}"), known, leaves));
        }
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| flatten(item, &format!("{path}/{at}"), known, leaves));
        }
        // A field with an empty value, or an empty list, equals an absent field.
        Json::Null => {}
        Json::String(text) => {
            leaves.insert(path.to_owned(), anonymous(text, known));
        }
        other => {
            leaves.insert(path.to_owned(), other.to_string());
        }
    }
}

/// Whether a string is a time of the run, which depends on latencies. The clock of the fake starts in 2026, and programs
/// contain times of 2099.
fn is_time_of_run(text: &str) -> bool {
    text.starts_with("202") && text.parse::<jiff::Timestamp>().is_ok()
}

/// Whether it is an address that the fake chose in the private network of the programs: it chooses the first free one, so it
/// depends on the order of the requests. Programs contain later ones.
fn is_chosen_address(text: &str) -> bool {
    let address = text.strip_suffix("/22").unwrap_or(text);
    let last = address.strip_prefix("172.16.8.").and_then(|last| last.parse::<u8>().ok());
    last.is_some_and(|last| (2..9).contains(&last))
}

/// A string without unknown IDs and without the end of a generated name.
fn anonymous(text: &str, known: &HashSet<String>) -> String {
    if is_time_of_run(text) {
        return "{time}".to_owned();
    }
    if is_chosen_address(text) {
        return "{address}".to_owned();
    }
    let mut shown = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(uuid) = rest.get(..36).filter(|part| is_uuid(part)) {
            shown.push_str(if known.contains(uuid) { uuid } else { "{id}" });
            rest = &rest[36..];
        } else if let Some(key) = rest.get(..ACCESS_KEY).filter(|part| is_access_key(part) && !known.contains(*part)) {
            shown.push_str("{key}");
            rest = &rest[key.len()..];
        } else if let Some(key) = rest.get(..NATS_KEY).filter(|part| is_nats_key(part)) {
            shown.push_str("{id}");
            rest = &rest[key.len()..];
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            shown.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    match shown.rsplit_once('-') {
        Some((base, end)) if end.len() == 7 && end.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{base}-{{name}}")
        }
        _ => shown,
    }
}

/// A path or message with placeholders for IDs.
pub fn without_ids(text: &str) -> String {
    anonymous(text, &HashSet::new())
}

fn uuids(json: &Json, found: &mut HashSet<String>) {
    match json {
        Json::String(text) => {
            for at in 0..text.len().saturating_sub(35) {
                if let Some(uuid) = text.get(at..at + 36).filter(|part| is_uuid(part)) {
                    found.insert(uuid.to_owned());
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| uuids(item, found)),
        Json::Object(map) => map.values().for_each(|value| uuids(value, found)),
        _ => {}
    }
}

/// The length of an access key.
const ACCESS_KEY: usize = 20;

fn is_access_key(text: &str) -> bool {
    let right = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    text.strip_prefix("SCW").is_some_and(|rest| rest.bytes().all(right))
}

/// The length of the public key that identifies a NATS account.
const NATS_KEY: usize = 56;

fn is_nats_key(text: &str) -> bool {
    let right = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
    text.len() == NATS_KEY && text.starts_with('A') && text.bytes().all(right)
}

fn is_uuid(text: &str) -> bool {
    let right = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(right)
}
