//! Groups of inputs: those of a resource, of the objects inside of it, and of the arguments of a lookup.

use catalog::{Checks, Input, Lookup, Property, Resource, Source};
use value::{Data, Object, Path, Value};

use crate::operation::Failure;

/// Arguments that narrow a lookup, but do not identify a resource.
const OWNERS: [&str; 3] = ["projectId", "organizationId", "region"];

/// Checks groups, and adds a failure for each one that is not satisfied.
pub(super) struct Groups<'a>(pub(super) &'a mut Vec<Failure>);

impl Groups<'_> {
    fn fail(&mut self, path: &Path, reason: impl Into<String>) {
        self.0.push(Failure { path: path.clone(), reason: reason.into() });
    }

    /// The groups of the inputs of a resource.
    pub(super) fn resource(&mut self, resource: &Resource, olds: &Object, inputs: &Object) {
        // A resource that was imported without an unreadable input, such as a password, may continue without it.
        let is_unreadable =
            |name: &String| resource.properties.get(name).is_some_and(|property| property.read.is_none());
        let may_be_absent = |name: &String| !olds.is_empty() && is_unreadable(name) && !is_set(olds.given(name));
        let root = &Path::default();
        for group in &resource.exactly_one {
            self.at_most_one(group, inputs, root);
            if !group.iter().all(may_be_absent) {
                self.at_least_one(group, "exactly one", inputs, root);
            }
        }
        for group in &resource.at_least_one {
            self.at_least_one(group, "at least one", inputs, root);
        }
        for group in &resource.at_most_one {
            self.at_most_one(group, inputs, root);
        }
        for (name, needed) in &resource.requires {
            for needed in needed.iter().filter(|needed| inputs.given(needed).is_none()) {
                if inputs.given(name).is_some() {
                    self.fail(&Path::root(name.as_str()), format!("requires `{needed}`"));
                }
            }
        }
        for (name, property) in &resource.properties {
            self.switches(name, property, inputs);
        }
    }

    /// A property that needs a boolean input, and the suffix of a name that belongs to one.
    fn switches(&mut self, name: &str, property: &Property, inputs: &Object) {
        let is_known = |switch: &String| !inputs.get(switch).is_some_and(Value::is_unknown);
        let path = &Path::root(name);
        if let Some(switch) = property.only_if.as_ref().filter(|switch| is_known(switch))
            && inputs.flag(name) == Some(true)
            && inputs.flag(switch) != Some(true)
        {
            self.fail(path, format!("requires `{switch}`: set `{switch}` to true, or remove this input"));
        }
        let Some(text) = inputs.text(name) else { return };
        for (switch, suffix) in property.suffix_if.iter().filter(|(switch, _)| is_known(switch)) {
            match (inputs.flag(switch) == Some(true), text.ends_with(suffix)) {
                (true, false) => self.fail(path, format!("must end with `{suffix}` if `{switch}` is true")),
                (false, true) => self.fail(path, format!("must not end with `{suffix}` unless `{switch}` is true")),
                _ => {}
            }
        }
    }

    /// Exactly one of the ID and a search argument must be set. An ID that has a provider default may be absent.
    pub(super) fn lookup(&mut self, lookup: &Lookup, arguments: &Object) {
        let (id, by) = match (&lookup.id, &lookup.by, &lookup.parent) {
            (Some(id), Some(by), _) => (id, by),
            (_, _, Some(parent)) => (&parent.property, &parent.by),
            _ => return,
        };
        let inputs = by.find.values().filter_map(|source| match source {
            Source::Property(name) => Some(name.as_str()),
            _ => None,
        });
        // A required argument does not identify a resource, and neither does one with a default.
        let is_chosen = |input: &Property| input.input != Input::Required && input.default.is_none();
        let chosen = |name: &&str| lookup.inputs.get(*name).is_none_or(is_chosen);
        let found_by: Vec<&str> = inputs.filter(|name| !OWNERS.contains(name)).filter(chosen).collect();
        let given: Vec<&&str> = found_by.iter().filter(|name| is_set(arguments.given(name))).collect();
        let has_default = lookup.inputs.get(id).is_some_and(|input| matches!(input.input, Input::Provider(_)));
        match (is_set(arguments.given(id)), given.first()) {
            (true, Some(name)) => {
                self.fail(&Path::root(**name), format!("conflicts with `{id}`: set only one of them"));
            }
            (false, None) if !has_default => {
                let names: Vec<String> = found_by.iter().map(|name| (*name).to_owned()).collect();
                self.fail(&Path::root(id.as_str()), format!("is missing: set it, or one of {}", listed(&names)));
            }
            _ => {}
        }
    }

    /// The groups of an object, or of each object of a list.
    pub(super) fn property(&mut self, property: &Property, value: &Value, path: &Path) {
        let Checks { exactly_one, at_least_one, .. } = &property.checks;
        let objects: Vec<(Path, &Object)> = match value.data() {
            Data::Object(object) => vec![(path.clone(), object)],
            Data::Array(items) => {
                let items = items.iter().enumerate();
                items.filter_map(|(index, item)| Some((path.index(index), item.as_object()?))).collect()
            }
            _ => Vec::new(),
        };
        for (path, object) in objects {
            for group in exactly_one {
                self.at_most_one(group, object, &path);
                self.at_least_one(group, "exactly one", object, &path);
            }
            for group in at_least_one {
                self.at_least_one(group, "at least one", object, &path);
            }
        }
    }

    fn at_least_one(&mut self, group: &[String], number: &str, inputs: &Object, path: &Path) {
        if let (None, Some(first)) = (group.iter().find(|name| is_set(inputs.given(name))), group.first()) {
            let reason = match group {
                [_] => "is required".to_owned(),
                _ => format!("is missing: set {number} of {}", listed(group)),
            };
            self.fail(&path.name(first.as_str()), reason);
        }
    }

    /// An unknown value may turn out to be absent, so it conflicts with no other.
    fn at_most_one(&mut self, group: &[String], inputs: &Object, path: &Path) {
        let is_known = |name: &&String| inputs.given(name).is_some_and(|value| !value.is_unknown());
        let mut given = group.iter().filter(is_known).filter(|name| is_set(inputs.given(name)));
        if let (Some(first), Some(second)) = (given.next(), given.next()) {
            let reason = format!("conflicts with `{first}`: set only one of {}", listed(group));
            self.fail(&path.name(second.as_str()), reason);
        }
    }
}

/// Whether an input counts as set in a group of alternatives: `false`, empty strings and empty lists do not.
pub(super) fn is_set(value: Option<&Value>) -> bool {
    value.is_some_and(|value| match value.data() {
        Data::Bool(flag) => *flag,
        Data::String(text) => !text.is_empty(),
        Data::Array(items) => !items.is_empty(),
        _ => true,
    })
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use catalog::Kind;
    use serde_json::json;

    use super::*;

    fn input(kind: Kind) -> Property {
        Property { kind, input: Input::Optional, ..Property::default() }
    }

    fn failures(property: &Property, value: &Value) -> Vec<String> {
        let mut failures = Vec::new();
        Groups(&mut failures).property(property, value, &Path::root("it"));
        failures.into_iter().map(|failure| format!("{} {}", failure.path, failure.reason)).collect()
    }

    #[test]
    fn groups_of_an_object_apply_to_each_element_of_a_list() {
        let kind = Kind::Object(["days", "date"].map(|name| (name.to_owned(), input(Kind::String))).into());
        let group = vec![vec!["days".to_owned(), "date".to_owned()]];
        let checks = Checks { exactly_one: group.clone(), ..Checks::default() };
        let list = Property { checks, ..input(Kind::List(Box::new(kind.clone()))) };
        let given =
            Value::from(json!([{ "days": "1" }, {}, { "days": "1", "date": "2" }, { "days": "1", "date": "" }]));
        assert_eq!(
            failures(&list, &given),
            [
                "it[1].days is missing: set exactly one of `days`, `date`",
                "it[2].date conflicts with `days`: set only one of `days`, `date`",
            ]
        );
        let object = Property { checks: Checks { at_least_one: group, ..Checks::default() }, ..input(kind) };
        assert_eq!(failures(&object, &Value::from(json!({ "date": "2", "days": "1" }))), [""; 0]);
        let missing = ["it.days is missing: set at least one of `days`, `date`"];
        assert_eq!(failures(&object, &Value::from(json!({}))), missing);
    }
}
