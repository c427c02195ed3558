//! Instances: volumes by number, addresses with the dynamic one among them, and images by their label.
//!
//! A descriptor is not sufficient because requests and responses have the volumes in a map, because a label and the ID of an
//! image are two spellings that only the marketplace can compare, and because the effect of some changes depends on others.

use serde_json::{Map, Value as Json, json};
use value::{Data, Object, Path, Value};

use super::hooks::Special;
use crate::id::is_uuid;
use crate::operation::{Diff, DiffRequest, Failure, Warning};
use crate::place;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Server;

/// The states of the program and those of the API.
const STATES: [(&str, &str); 3] = [("started", "running"), ("stopped", "stopped"), ("standby", "stopped in place")];
/// The types of local volumes.
pub const LOCAL: [&str; 2] = ["l_ssd", "scratch"];

impl Special for Server {
    /// The root volume is number 0 of `volumes`; a volume that exists is named too, and keeps its own name.
    fn encode(&self, wire: &mut Wire) {
        if ["ip_ids", "ip_id"].iter().any(|field| wire.contains_key(*field)) {
            let one = || wire.get("ip_id").filter(|id| !wire::is_empty(id)).map(|id| json!([id]));
            let several = wire.get("ip_ids").filter(|ids| ids.as_array().is_some_and(|ids| !ids.is_empty())).cloned();
            let ids = several.or_else(one).unwrap_or_else(|| json!([]));
            wire.insert("public_ips".to_owned(), ids);
        }
        let Some(root) = wire.get("root_volume").and_then(Json::as_object) else { return };
        let fields = ["boot", "id", "size", "volume_type"].into_iter();
        let fields = fields.filter_map(|field| Some((field.to_owned(), root.get(field)?.clone())));
        let mut volume: Map<String, Json> = fields.filter(|(_, json)| !json.is_null()).collect();
        if volume.contains_key("id") {
            let name = root.get("name").or_else(|| wire.get("name")).cloned().unwrap_or_default();
            volume.insert("name".to_owned(), name);
        }
        if !volume.is_empty() {
            wire.insert("volumes".to_owned(), json!({ "0": volume }));
        }
    }

    fn decode(&self, wire: &mut Wire) {
        let volumes = wire.get("volumes").and_then(Json::as_object).cloned().unwrap_or_default();
        let mut additional = Vec::new();
        for (number, volume) in numbered(&volumes) {
            if number == 0 {
                let root = root_volume(volume, wire.get("root_block_volume"));
                wire.insert("root_volumes".to_owned(), json!([root]));
                wire.insert("root_volume".to_owned(), root);
            } else if let Some(id) = volume.get("id") {
                additional.push(id.clone());
            }
        }
        wire.insert("additional_volume_ids".to_owned(), Json::Array(additional));
        let addresses = wire.get("public_ips").and_then(Json::as_array).cloned().unwrap_or_default();
        let own = addresses.iter().filter(|address| address["dynamic"] != true);
        let own: Vec<Json> = own.map(|address| address["id"].clone()).collect();
        wire.insert("ip_id".to_owned(), own.first().cloned().unwrap_or_default());
        wire.insert("ip_ids".to_owned(), Json::Array(own));
    }

    fn check(&self, olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let root = inputs.given("rootVolume");
        // An unknown root volume may have an ID.
        let has_id = match root.map(|root| root.as_object()) {
            None => Some(false),
            Some(None) => None,
            Some(Some(root)) => Some(root.given("volumeId").is_some()),
        };
        let has_image = inputs.given("image").is_some();
        let mut fail = |path: Path, reason: &str| failures.push(Failure { path, reason: reason.to_owned() });
        match has_id {
            Some(true) if has_image => {
                fail(Path::root("image"), "conflicts with `rootVolume.volumeId`: set one of them");
            }
            Some(false) if !has_image => {
                fail(Path::root("image"), "exactly one of `image` and `rootVolume.volumeId` must be set");
            }
            _ => {}
        }
        let user_data = inputs.given("userData").and_then(Value::as_object);
        if inputs.given("cloudInit").is_some() && user_data.is_some_and(|map| map.given("cloud-init").is_some()) {
            fail(Path::root("cloudInit"), "conflicts with the key `cloud-init` of `userData`: set one of them");
        }
        let group = |inputs: &Object| inputs.given("placementGroupId").is_some();
        let types = olds.text("type").zip(inputs.text("type"));
        let changes = types.is_some_and(|(old, new)| !old.eq_ignore_ascii_case(new));
        if changes && group(olds) && group(inputs) && inputs.flag("replaceOnTypeChange") != Some(true) {
            let reason = "cannot be changed while the server is in a placement group: remove `placementGroupId` first, or \
                          set `replaceOnTypeChange`";
            fail(Path::root("type"), reason);
        }
    }

    /// The first start is a step of the create, also without `state`.
    fn differences_of_new(&self, inputs: &Object) -> (bool, &'static [&'static str]) {
        (false, if inputs.given("state").is_none() { &["state"] } else { &[] })
    }

    /// A label of the program stays, because the server contains the ID of the image; of two properties with the addresses,
    /// only the one that the program sets is an output.
    fn adjust_state(&self, inputs: &Object, answers: &Wire, state: &mut Object) {
        let label = inputs.given("image").filter(|image| image.as_str().is_some_and(is_label)).cloned();
        let read = || wire::text(answers, "image_label").filter(|label| !label.is_empty()).map(Value::from);
        if let (true, Some(label)) = (state.given("image").is_some(), label.or_else(read)) {
            state.insert("image".to_owned(), label);
        }
        let other = if inputs.given("ipId").is_some() { "ipIds" } else { "ipId" };
        state.remove(other);
        in_order_of(inputs, state);
    }

    /// The volume of an image has an ID too, which a program cannot set beside the image.
    fn imported(&self, inputs: &mut Object) {
        if inputs.given("image").is_none() {
            return;
        }
        if let Some(Data::Object(root)) = inputs.get_mut("rootVolume").map(Value::data_mut) {
            root.remove("volumeId");
        }
    }

    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let image = Path::root("image");
        if diff.changes.contains_key(&image) && is_same_image(request) {
            diff.changes.remove(&image);
        }
        let warn = |path: Path, text: &str| Warning { path, text: text.to_owned() };
        let kind = Path::root("type");
        if let Some(change) = diff.changes.get_mut(&kind) {
            change.replace |= request.news.flag("replaceOnTypeChange") == Some(true);
        }
        replace_root(request, diff);
        if diff.replaces() {
            return;
        }
        let is_stopped = request.olds.text("state") == Some("stopped");
        if diff.changes.contains_key(&kind) && !is_stopped {
            diff.warnings.push(warn(kind, "the server is stopped for the change, and started again after it"));
        }
        let group = Path::root("placementGroupId");
        let joins = request.news.given("placementGroupId").is_some();
        if diff.changes.contains_key(&group) && joins && !is_stopped {
            diff.warnings.push(warn(group, "the server is stopped to join the group, and started again after it"));
        }
        let cloud_init = Path::root("cloudInit");
        if diff.changes.contains_key(&cloud_init) {
            let text = "cloud-init reads the configuration at the first start only: the change has an effect on a replaced \
                        server, such as with `pulumi up --target-replace`";
            diff.warnings.push(warn(cloud_init, text));
        }
    }
}

/// The API's name of a power state of the program.
pub fn power_state(state: &str) -> Option<&'static str> {
    STATES.iter().find(|(own, _)| *own == state).map(|(_, api)| *api)
}

/// The program's name of a power state of the API.
pub fn own_state(api: &str) -> Option<&'static str> {
    STATES.iter().find(|(_, state)| *state == api).map(|(own, _)| *own)
}

/// The volumes in the order of their numbers.
pub fn numbered(volumes: &Map<String, Json>) -> Vec<(u32, &Json)> {
    let mut numbered: Vec<(u32, &Json)> =
        volumes.iter().map(|(number, volume)| (number.parse().unwrap_or(u32::MAX), volume)).collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered
}

/// The root volume of the server, with what only Block Storage returns.
fn root_volume(volume: &Json, block: Option<&Json>) -> Json {
    let mut root = json!({});
    for field in ["boot", "id", "name", "size", "volume_type"] {
        root[field] = volume[field].clone();
    }
    if let Some(block) = block.filter(|block| block["id"] == volume["id"]) {
        root["name"] = block["name"].clone();
        root["size"] = block["size"].clone();
        root["perf_iops"] = block["specs"]["perf_iops"].clone();
    }
    root
}

fn is_label(image: &str) -> bool {
    !is_uuid(place::split(image).1)
}

/// Whether the old and the new image are two spellings: of one label, or of the image that the server has.
fn is_same_image(request: &DiffRequest<'_>) -> bool {
    let old = request.old_inputs.text("image").or_else(|| request.olds.text("image"));
    let (Some(old), Some(new)) = (old, request.news.text("image")) else { return false };
    if is_label(new) {
        return old.replace('-', "_") == new.replace('-', "_");
    }
    request.olds.text("imageId").is_some_and(|live| place::split(live).1 == place::split(new).1)
}

/// A local root volume cannot be resized, and no volume can become smaller.
fn replace_root(request: &DiffRequest<'_>, diff: &mut Diff) {
    let root = |object: &Object| object.given("rootVolume").and_then(Value::as_object).cloned().unwrap_or_default();
    let (live, old, new) = (root(request.olds), root(request.old_inputs), root(request.news));
    let size = |root: &Object| root.given("sizeInGb").and_then(Value::as_f64);
    let kind = new.text("volumeType").or_else(|| live.text("volumeType"));
    let is_smaller = size(&live).or_else(|| size(&old)).zip(size(&new)).is_some_and(|(old, new)| new < old);
    if let Some(change) = diff.changes.get_mut(&Path::root("rootVolume").name("sizeInGb")) {
        change.replace |= is_smaller || kind.is_some_and(|kind| LOCAL.contains(&kind));
    }
}

/// Sorts the private networks of the outputs as in the program.
fn in_order_of(inputs: &Object, state: &mut Object) {
    let network = |value: &Value| {
        let id = value.as_object().and_then(|network| network.text("pnId"));
        id.map(|id| place::split(id).1.to_owned())
    };
    let listed = |object: &Object| object.given("privateNetworks").and_then(Value::as_array).map(<[Value]>::to_vec);
    let (Some(given), Some(mut live)) = (listed(inputs), listed(state)) else { return };
    let order: Vec<Option<String>> = given.iter().map(network).collect();
    live.sort_by_key(|live| order.iter().position(|id| *id == network(live)).unwrap_or(usize::MAX));
    let is_secret = state.given("privateNetworks").is_some_and(Value::is_secret);
    state.insert("privateNetworks".to_owned(), Value::from(live).secret_if(is_secret));
}

#[cfg(test)]
#[path = "instance_server_tests.rs"]
mod tests;
