//! The data of one resource during an operation: its region or zone, the parts of its ID, the desired fields, and the API's
//! responses so far. The parameters and bodies of calls come from here.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Convert, IdPart, Input, Kind, Property, Resource, Source, Step};
use serde_json::Value as Json;
use value::Object;

use crate::convert;
use crate::encode;
use crate::error::Error;
use crate::id::{self, Parts};
use crate::moved::Moves;
use crate::place::{self, Defaults};
use crate::wire::{self, Wire};

/// One resource during an operation.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, learnt at different points of an operation")]
pub struct Scope<'a> {
    /// Its descriptor.
    pub resource: &'a Resource,
    /// The provider's region, zone and project.
    pub defaults: &'a Defaults,
    /// The parts of its ID.
    pub parts: Parts,
    /// The desired fields from the inputs, in the form of requests.
    pub desired: Wire,
    /// The desired fields before the current update; empty for other operations.
    pub before: Wire,
    /// The fields of the API's responses.
    pub answers: Wire,
    /// The element of a list that the current call is about.
    pub element: Option<Json>,
    /// The previous UUIDs.
    pub moves: Moves,
    /// Properties that the API key cannot read now: they keep their values.
    pub unreadable: BTreeSet<String>,
    /// This operation has read a transient status: the changes so far are being applied.
    pub was_passing: bool,
    /// A function without code: a failed deployment is its normal status, not an error of the operation.
    pub without_code: bool,
    /// It was found by its ID, which does not change.
    found: bool,
    /// This operation has created or changed it: responses may lag.
    pub fresh: bool,
    /// The response to its delete is not in the API document.
    pub odd_delete: bool,
    /// Properties that an update has changed for a step, such as the power state of a server, with the values to restore.
    pub changed_for_step: BTreeMap<String, String>,
    /// An import: no earlier values are known, so none can be kept.
    pub is_import: bool,
}

impl<'a> Scope<'a> {
    /// The scope of a resource that does not exist yet.
    pub fn of_inputs(resource: &'a Resource, inputs: &Object, defaults: &'a Defaults) -> Result<Self, Error> {
        let desired = encode::desired(resource, inputs, defaults)?;
        let locality = place::of_inputs(resource, inputs, defaults);
        let parts = Parts { locality, ..Parts::default() };
        let mut scope = Self::new(resource, defaults, parts, desired);
        scope.belongs_to(inputs);
        Ok(scope)
    }

    /// The scope of an existing resource.
    pub fn of_id(resource: &'a Resource, id: &str, inputs: &Object, defaults: &'a Defaults) -> Result<Self, Error> {
        let parts = id::parse(resource, id, defaults)?;
        let desired = encode::desired(resource, inputs, defaults)?;
        let mut scope = Self::new(resource, defaults, parts, desired);
        scope.found = true;
        scope.belongs_to(inputs);
        Ok(scope)
    }

    fn new(resource: &'a Resource, defaults: &'a Defaults, parts: Parts, desired: Wire) -> Self {
        let (before, answers, moves, unreadable) = (Wire::new(), Wire::new(), Moves::default(), BTreeSet::new());
        let (was_passing, without_code, found, fresh, odd_delete, is_import) =
            (false, false, false, false, false, false);
        Self {
            resource,
            defaults,
            parts,
            desired,
            before,
            answers,
            element: None,
            moves,
            unreadable,
            was_passing,
            without_code,
            found,
            fresh,
            odd_delete,
            changed_for_step: BTreeMap::new(),
            is_import,
        }
    }

    /// Switches to the new object that an upgrade created; the previous one still exists.
    pub fn move_to(&mut self, uuid: &str) {
        if let Some(before) = self.parts.uuid.replace(uuid.to_owned()) {
            self.moves.earlier.push(before.clone());
            self.moves.remaining.push(before);
        }
        self.answers = Wire::new();
    }

    /// Stores the project of these inputs or outputs, if calls need it and none is known yet, and the UUID that the resource
    /// has moved to.
    pub fn belongs_to(&mut self, known: &Object) {
        if let Some((uuid, moves)) = Moves::noted(known) {
            self.parts.uuid = Some(uuid);
            self.moves = moves;
        }
        if self.resource.project_in_id && self.parts.project.is_none() {
            self.parts.project = known.text("projectId").map(str::to_owned);
        }
    }

    /// The resource's Pulumi ID, if all its parts are known.
    pub fn id(&self) -> Option<String> {
        if let (true, Some(id)) = (self.found, id::compose(self.resource, &self.parts)) {
            return Some(id);
        }
        let mut parts = self.parts.clone();
        for part in self.resource.id_forms().flatten() {
            match part {
                IdPart::Id if parts.uuid.is_none() => {
                    parts.uuid = self.own_id().as_ref().and_then(wire::plain_text);
                }
                IdPart::Property(name) if !parts.properties.contains_key(name) => {
                    if let Some(text) = self.property(name).as_ref().and_then(wire::plain_text) {
                        parts.properties.insert(name.clone(), text);
                    }
                }
                _ => {}
            }
        }
        id::compose(self.resource, &parts)
    }

    /// The identity of the resource in responses: its UUID or its name.
    fn own_id(&self) -> Option<Json> {
        if self.resource.named_by.is_empty() {
            return wire::get(&self.answers, "id").cloned();
        }
        let strings: Option<Vec<&str>> =
            self.resource.named_by.iter().map(|field| wire::get(&self.answers, field)?.as_str()).collect();
        let strings: Vec<&str> = strings?.into_iter().filter(|text| !text.is_empty()).collect();
        Some(Json::from(strings.join(".")))
    }

    /// The region or zone of the resource.
    pub fn locality(&self) -> Option<&str> {
        self.parts.locality.as_deref()
    }

    /// The value of a source, if it is known.
    pub fn source(&self, source: &Source) -> Option<Json> {
        match source {
            Source::Locality => self.parts.locality.clone().map(Json::from),
            Source::Region => {
                let region = self.locality().map(place::region_of).or(self.defaults.region.as_deref());
                region.map(Json::from)
            }
            Source::Id => self.parts.uuid.clone().map(Json::from).or_else(|| self.own_id()),
            Source::Property(name) => self.property(name),
            Source::Wire(path) => wire::pluck(&self.answers, path).or_else(|| wire::pluck(&self.desired, path)),
            Source::Before(path) => wire::get(&self.before, path).cloned(),
            Source::Element(field) if field.is_empty() => self.element.clone(),
            Source::Element(field) => wire::get(self.element.as_ref()?.as_object()?, field).cloned(),
            Source::Literal(json) => Some(json.clone()),
            Source::Joined(sources) => {
                let parts: Option<Vec<String>> =
                    sources.iter().map(|source| self.source(source).as_ref().and_then(wire::plain_text)).collect();
                parts.map(|parts| Json::from(parts.concat()))
            }
            Source::First(sources) => {
                let mut found: Vec<Json> = sources.iter().filter_map(|source| self.source(source)).collect();
                let last = found.pop();
                found.into_iter().find(|json| !wire::is_empty(json)).or(last)
            }
            Source::List(sources) => Some(sources.iter().filter_map(|source| self.source(source)).collect()),
            Source::Fields(sources) => Some(Json::Object(
                sources.iter().filter_map(|(name, source)| Some((name.clone(), self.source(source)?))).collect(),
            )),
            Source::Project if self.parts.project.is_some() => self.parts.project.clone().map(Json::from),
            Source::Project => self.owner("projectId", "project_id", self.defaults.project_id.as_deref()),
            Source::Organization => {
                self.owner("organizationId", "organization_id", self.defaults.organization_id.as_deref())
            }
        }
    }

    /// The body of a call of a step that sends these fields.
    pub fn body(&self, step: &Step, fields: &[String]) -> Wire {
        let Some(body) = &step.call.body else { return Wire::new() };
        let mut object = Wire::new();
        for field in fields {
            let json = self.desired_field(field).cloned();
            if let Some(json) = json.or_else(|| empty_list(body.whole, self.resource, field)) {
                wire::set(&mut object, body.rename.get(field).unwrap_or(field), json);
            }
        }
        for (field, source) in &body.with {
            if let Some(json) = self.source(source) {
                wire::set(&mut object, field, json);
            }
        }
        object
    }

    /// A desired field, null if it is cleared.
    pub fn desired_field(&self, path: &str) -> Option<&Json> {
        wire::find(&self.desired, path)
    }

    /// The value of a property without region or zone: from the ID, the desired fields, or the responses.
    fn property(&self, name: &str) -> Option<Json> {
        if let Some(text) = self.parts.properties.get(name) {
            return Some(Json::from(text.clone()));
        }
        let property = self.resource.properties.get(name);
        let sent = property.and_then(|property| property.send.clone()).unwrap_or_else(|| catalog::usual_field(name));
        let read = property.and_then(|property| property.read.clone()).unwrap_or_else(|| catalog::usual_field(name));
        let found = wire::get(&self.desired, &sent).or_else(|| wire::get(&self.answers, &read)).cloned()?;
        // Object Storage returns owners as `project:project`; calls use the project.
        match property.and_then(|property| property.convert) {
            Some(Convert::Owner) => convert::from_wire(Convert::Owner, found, None, None),
            _ => Some(found),
        }
    }

    fn owner(&self, property: &str, field: &str, default: Option<&str>) -> Option<Json> {
        self.property(property).or_else(|| wire::get(&self.answers, field).cloned()).or_else(|| default.map(Json::from))
    }
}

/// A request that replaces the whole object needs an empty list where the program sets none, unless the API fills it in.
fn empty_list(whole: bool, resource: &Resource, field: &str) -> Option<Json> {
    let mut properties = resource.properties.values();
    let is_list =
        |property: &Property| matches!(property.kind, Kind::List(_)) && !property.single && !property.computed;
    let given = |property: &&Property| property.input != Input::No && property.send.as_deref() == Some(field);
    (whole && properties.find(given).is_some_and(is_list)).then(|| Json::Array(Vec::new()))
}
