//! Properties: type, input, fields in requests and responses, and all other settings of the descriptor.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{
    Checks, Convert, EachOf, Equal, Format, IdPart, Input, Kind, Locality, Property, ProviderDefault, Source,
};

use super::checks::{check_default, checks};
use super::kind::kind;
use super::wire::{Sides, Wire};
use super::{Calls, Scope};
use crate::descriptor::{self, InputWord};
use crate::findings::{Findings, Place};
use crate::shape::{Field, Shape};

impl<'a> Scope<'a> {
    /// The properties of the resource.
    pub(crate) fn properties(&self, calls: &Calls<'a>, findings: &mut Findings) -> BTreeMap<String, Property> {
        let mut send = Shape::new(self.is_open());
        for call in calls.create.iter().chain(&calls.update).chain(&calls.special) {
            call.add_body(&mut send);
            // The elements of a list with calls of their own are compared with the current ones, so they have their fields.
            let live = call.step.each.as_ref().map(|each| each.live.as_str());
            let listed = calls.read.iter().find(|read| live.is_some() && read.step.into.as_deref() == live);
            if let Some(read) = listed {
                read.add_answer(&mut send);
            }
        }
        let mut made = Shape::default();
        for call in &calls.create {
            call.add_answer(&mut made);
        }
        let sides = Sides {
            send,
            returned_once: calls.answers.with(&made),
            read: calls.answers.clone(),
            sent_elsewhere: self.sent_elsewhere(calls),
            in_id: self.in_id(),
            is_input: true,
        };
        let place = self.place.at("properties");
        let words = self.resource.properties.iter();
        words
            .map(|(name, word)| {
                let mut property = property(name, word, &sides, &place.at(name), findings);
                // Without an update, no change can be sent. Discontinued resources are an exception:
                // only their `replace` counts.
                let fixed = self.resource.update.is_none()
                    && !self.has_special_calls()
                    && !self.is_used_elsewhere(name)
                    && self.resource.discontinued.is_none()
                    && !self.resource.function;
                property.replace |= fixed && property.input != Input::No && property.send.is_some();
                (name.clone(), property)
            })
            .collect()
    }

    /// The properties that paths, queries, conditions and `with` refer to.
    fn sent_elsewhere(&self, calls: &Calls<'a>) -> BTreeMap<String, Option<Field<'a>>> {
        let mut names = BTreeMap::new();
        for call in [&calls.create, &calls.read, &calls.update, &calls.delete].into_iter().flatten() {
            let step = &call.step;
            let words =
                [&step.with, &step.query, &step.find, &step.only, &step.path].into_iter().flat_map(BTreeMap::values);
            names.extend(words.filter_map(|word| Some((word.as_str()?.strip_prefix('$')?.to_owned(), None))));
            names.extend(step.when.keys().map(|name| (name.clone(), None)));
        }
        // The parts of an element are sent, but in no field of their list.
        let all = [&calls.create, &calls.update].into_iter().flatten().filter_map(|call| call.step.each.as_ref());
        for name in
            all.filter(|each| each.of == EachOf::All).filter_map(|each| self.property_of_field(each.field.as_deref()?))
        {
            let inner = self.resource.properties.get(name).into_iter().flat_map(|word| word.properties.keys());
            names.extend(inner.map(|inner| (format!("{name}.{inner}"), None)));
        }
        let elsewhere = self.resource.properties.keys().filter(|name| self.is_used_elsewhere(name));
        names.extend(elsewhere.map(|name| (name.clone(), None)));
        // A value inside of an input counts as the input.
        let outer: Vec<String> = names.keys().filter_map(|name| Some(name.split_once('.')?.0.to_owned())).collect();
        names.extend(outer.into_iter().map(|name| (name, None)));
        for call in [&calls.create, &calls.read, &calls.update, &calls.delete].into_iter().flatten() {
            let (mut found, left) = self.known_parameters(call);
            let last = self.last_source(&found);
            found.extend(left.first().map(|name| (*name).to_owned()).zip(last));
            for parameter in &call.operation.path_parameters {
                if let Some(Source::Property(name)) = found.get(&parameter.name) {
                    names.insert(name.clone(), Some(Field::new(call.document, &parameter.schema)));
                }
            }
        }
        names
    }

    fn in_id(&self) -> BTreeSet<&'a str> {
        let names = self.id.iter().chain(self.other_ids.iter().flatten()).filter_map(|part| match part {
            IdPart::Property(name) => self.resource.properties.get_key_value(name).map(|(name, _)| name.as_str()),
            _ => None,
        });
        let place = match self.locality {
            Locality::Region => Some("region"),
            Locality::Zone => Some("zone"),
            Locality::Global => None,
        };
        names.chain(place).collect()
    }
}

/// One property of an object.
pub(crate) fn property(
    name: &str,
    word: &descriptor::Property,
    sides: &Sides<'_>,
    place: &Place,
    findings: &mut Findings,
) -> Property {
    let input = input(name, word, sides, place, findings);
    let wire = Wire::of(name, word, sides, place, findings);
    let inner = inner_properties(name, word, &wire, sides, &place.at("properties"), findings);
    let field = wire.read_field.or(wire.send_field);
    let kind = if wire.skips_kind { Kind::String } else { kind(word, field, inner, sides.read.open, place, findings) };
    // The value of an input that is never sent is not restricted by the document.
    let restricting = wire.send_field.or(wire.read_field.filter(|_| wire.send.is_some()));
    let checks = checks(word, restricting, place, findings);
    if let Some(default) = &word.default {
        check_default(default, &kind, &checks, place, findings);
    }
    Property {
        kind,
        input,
        send: wire.send,
        read: wire.read,
        replace: word.replace,
        computed: word.computed,
        secret: word.secret,
        write_only: word.write_only,
        returned_once: word.returned_once,
        one_way: word.one_way,
        prefix: word.prefix.clone(),
        suffix_if: word.suffix_if.clone(),
        unique: word.unique.unwrap_or(word.input == InputWord::Auto),
        growing: word.growing,
        kept_if_absent: word.kept_if_absent,
        replace_if_added_or_removed: word.replace_if_added_or_removed,
        create_only: word.create_only,
        create_only_if: word.create_only_if.clone(),
        unless: word.unless.clone(),
        only_if: word.only_if.clone(),
        default: word.default.clone(),
        convert: word.convert,
        values: word.values.clone(),
        equal: word.equal.or_else(|| implied(&checks)),
        checks,
        single: word.single,
        same: word.same.clone(),
        resends: word.resends.clone(),
        handled_if: word.handled_if.clone(),
        drift_of: word.drift_of.clone(),
        list_of_one: word.list_of_one,
        element_as: word.element_as.clone(),
        numbered_from: word.numbered_from,
        unset: word.unset.clone(),
        added: word.added.clone(),
        template: word.template.clone(),
        follows: word.follows.clone(),
        absent: word.absent.clone(),
        clear: word.clear.clone(),
        merge: word.merge,
        deprecated: word.deprecated.clone(),
        decides: word.decides,
    }
}

/// The comparison for the format of an input: two notations of one time are equal.
fn implied(checks: &Checks) -> Option<Equal> {
    (checks.format == Some(Format::Timestamp)).then_some(Equal::Instant)
}

fn input(name: &str, word: &descriptor::Property, sides: &Sides<'_>, place: &Place, findings: &mut Findings) -> Input {
    let input = match word.input {
        InputWord::No => return Input::No,
        InputWord::Yes => Input::Optional,
        InputWord::Required => Input::Required,
        InputWord::Auto => Input::Auto,
        InputWord::Provider => {
            let Some(default) = provider_default(name) else {
                let message = "only region, zone, projectId and organizationId are inherited from the provider";
                findings.mistake(&place.at("input"), message);
                return Input::Optional;
            };
            Input::Provider(default)
        }
    };
    if !sides.is_input {
        findings.mistake(&place.at("input"), "the object it belongs to is output only");
    }
    input
}

fn inner_properties<'a>(
    name: &str,
    word: &descriptor::Property,
    wire: &Wire<'a>,
    sides: &Sides<'a>,
    place: &Place,
    findings: &mut Findings,
) -> BTreeMap<String, Property> {
    if word.properties.is_empty() {
        return BTreeMap::new();
    }
    // The fields are the elements of a list, which no document has as fields.
    let are_flags = word.convert == Some(Convert::FlagList);
    let inside = |shape: &Shape<'a>, path: &Option<String>| match path {
        _ if are_flags => Shape::new(true),
        Some(path) => shape.inside(path),
        None => Shape::new(shape.open),
    };
    let inside_of = |(path, field): (&String, &Option<Field<'a>>)| {
        let inner = path.strip_prefix(name)?.strip_prefix('.')?;
        Some((inner.to_owned(), *field))
    };
    let inner = Sides {
        send: inside(&sides.send, &wire.send),
        read: inside(if word.returned_once { &sides.returned_once } else { &sides.read }, &wire.read),
        returned_once: inside(&sides.returned_once, &wire.read),
        sent_elsewhere: sides.sent_elsewhere.iter().filter_map(inside_of).collect(),
        in_id: BTreeSet::new(),
        is_input: word.input != InputWord::No,
    };
    let words = word.properties.iter();
    words.map(|(name, word)| (name.clone(), property(name, word, &inner, &place.at(name), findings))).collect()
}

fn provider_default(name: &str) -> Option<ProviderDefault> {
    Some(match name {
        "region" => ProviderDefault::Region,
        "zone" => ProviderDefault::Zone,
        "projectId" => ProviderDefault::Project,
        "organizationId" => ProviderDefault::Organization,
        _ => return None,
    })
}
