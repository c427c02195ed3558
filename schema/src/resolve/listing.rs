//! How all resources of a type are listed: the operation, and the parent resources that it is called for.

use std::collections::BTreeMap;

use catalog::{Listing, Locality, Operation, Query, Source, Within, is_composed_part};

use super::lookup::element;
use super::{Call, Scope};
use crate::descriptor::{self, Step};
use crate::findings::{Findings, Place};
use crate::names::snake_case;
use crate::shape::Field;

/// The name of an element, if the descriptor does not specify it.
const NAME: &str = "name";

/// Fields with the time of creation of an element.
const CREATED: [&str; 2] = ["created_at", "creation_date"];

impl<'a> Scope<'a> {
    /// How they are listed: by `listing`, otherwise by the lookup.
    pub(crate) fn listing(&self, read: Option<&Call<'a>>, findings: &mut Findings) -> Option<Listing> {
        let lookup = self.resource.lookup.as_ref();
        let word = self.resource.listing.clone().unwrap_or_default();
        let place = self.place.at("listing");
        // No discontinued resources exist, and the API has no list of actions, unless they create objects.
        let is_unlisted = self.resource.action.as_ref().is_some_and(|action| !action.creates);
        if self.resource.discontinued.is_some() || is_unlisted {
            return None;
        }
        let mut of = Vec::new();
        for (name, parent) in [("of", &word.of), ("orOf", &word.or_of)] {
            let Some(Within { property, token }) = parent.as_ref().map(within) else { continue };
            self.check_property(&property, &place.at(name).at("property"), findings);
            of.push(Within { property, token });
        }
        let from_lookup = lookup.filter(|_| word.list.is_none());
        let inner = word.element.clone().or_else(|| from_lookup?.element.clone());
        let list = word.list.clone().or_else(|| from_lookup?.list.clone()).filter(|_| !word.single);
        let list = match list {
            Some(id) => Some(self.listing_call(&id, inner.as_deref(), &place.at("list"), findings)?),
            None if word.single => None,
            // Neither `listing` nor a lookup with a list.
            None if self.resource.listing.is_none() && self.resource.function => return None,
            None if self.resource.listing.is_none() => {
                let message = "there is no list operation: set `listing`";
                findings.mistake(&place, message);
                return None;
            }
            None => {
                findings.mistake(&place, "set `list` to an operation, or set `single`");
                return None;
            }
        };
        let name = word.name.clone().unwrap_or_else(|| NAME.to_owned());
        if word.complete {
            check_complete(read, list.as_ref(), inner.as_deref(), &place.at("complete"), findings);
        }
        let undated = list
            .as_ref()
            .is_some_and(|list| check_fields(&word, &self.resource.composed, list, inner.as_deref(), &place, findings));
        let undated = undated || word.undated;
        let list = list.map(|list| self.listing_operation(&list, &of, findings));
        let inputs = self.listing_inputs(list.as_ref(), &of);
        let excluded_from_project = word.excluded_from_project.is_some();
        Some(Listing {
            list,
            element: inner,
            name,
            of,
            only: word.only,
            without: word.without,
            excluded_from_project,
            undated,
            complete: word.complete,
            inputs,
        })
    }

    /// The list operation. If its response is not a plain list, it must contain one, which `element` names.
    fn listing_call(&self, id: &str, inner: Option<&str>, place: &Place, findings: &mut Findings) -> Option<Call<'a>> {
        let step = Step { call: id.to_owned(), ..Step::default() };
        let call = self.call(step, place.clone(), findings)?;
        if call.list.is_none() && !inner.is_some_and(|inner| inner.ends_with("[]")) {
            findings.mistake(place, format!("{id} does not answer a list: name the one it holds in `element`"));
            return None;
        }
        Some(call)
    }

    fn listing_operation(&self, list: &Call<'a>, of: &[Within], findings: &mut Findings) -> Operation {
        let (mut parameters, left) = self.known_parameters(list);
        for name in left {
            match of.iter().find(|of| snake_case(&of.property) == name) {
                Some(of) => {
                    parameters.insert(name.to_owned(), Source::Property(of.property.clone()));
                }
                None => findings.mistake(&list.place, format!("the path parameter \"{name}\" has no source: set `of`")),
            }
        }
        let has = |name: &str| list.has_query(name) || parameters.keys().any(|parameter| parameter == name);
        let named = |name: &'static str| has(name).then_some(name);
        let project = named("project_id").or_else(|| named("project")).map(|name| (name, Source::Project));
        let owner = project.or_else(|| {
            let organization = named("organization_id").or_else(|| named("organization"))?;
            Some((organization, Source::Organization))
        });
        // Some operations filter by several parents (`gateway_ids`).
        let parents = of.iter().map(|of| {
            let field = snake_case(&of.property);
            let name = if list.has_query(&field) { field } else { format!("{field}s") };
            (name, Source::Property(of.property.clone()))
        });
        // The target of an action may be in another project than that of the provider.
        let owner = owner.filter(|_| self.resource.action.is_none() || of.is_empty());
        let owner = owner.map(|(name, source)| (name.to_owned(), source));
        let query = owner.into_iter().chain(parents).filter(|(name, _)| list.has_query(name));
        let query = query.map(|(name, from)| Query { name, from }).collect();
        list.listing(parameters, query)
    }

    /// The names of possible filters: locality, project or organization, and parents.
    fn listing_inputs(&self, list: Option<&Operation>, of: &[Within]) -> Vec<String> {
        let uses = |requested: &Source| {
            let query = list.into_iter().flat_map(|list| list.query.iter().map(|query| &query.from));
            query.chain(list.into_iter().flat_map(|list| list.parameters.values())).any(|source| source == requested)
        };
        let place = match self.locality {
            Locality::Region => Some("region"),
            Locality::Zone => Some("zone"),
            Locality::Global => None,
        };
        let is_of_project = uses(&Source::Project) || (list.is_none() && of.is_empty());
        let project = is_of_project.then_some("projectId");
        let organization = uses(&Source::Organization).then_some("organizationId");
        let parents = of.iter().map(|of| of.property.as_str());
        // The lists of queues and topics need credentials of their own.
        let credentials = list.and_then(|list| list.messaging.as_ref()).map(|_| catalog::MESSAGING_CREDENTIALS);
        let credentials = credentials.into_iter().flatten();
        let names = place.into_iter().chain(project).chain(organization).chain(parents).chain(credentials);
        names.map(str::to_owned).collect()
    }
}

/// `complete` needs a first read of one object, and a list of the same objects.
fn check_complete(
    read: Option<&Call<'_>>,
    list: Option<&Call<'_>>,
    inner: Option<&str>,
    place: &Place,
    findings: &mut Findings,
) {
    let object = read.filter(|call| call.list.is_none()).and_then(Call::answer);
    let element = list.and_then(element).and_then(|whole| match inner {
        None => Some(whole),
        Some(name) => Some(Field { schema: whole.fields()?.get(name)?, ..whole }),
    });
    if !object.zip(element).is_some_and(|(object, element)| object.is_same(&element)) {
        findings.mistake(place, "the elements of the list are not the objects that the first read returns");
    }
}

fn within(word: &descriptor::Within) -> Within {
    Within { property: word.property.clone(), token: word.token.clone() }
}

/// Reports filters by fields that no element has; returns whether elements have no time of creation.
fn check_fields(
    word: &descriptor::Listing,
    composed: &BTreeMap<String, String>,
    list: &Call<'_>,
    inner: Option<&str>,
    place: &Place,
    findings: &mut Findings,
) -> bool {
    let Some(whole) = element(list).or_else(|| list.answer()) else { return false };
    let inner = inner.map(|name| name.strip_suffix("[]").unwrap_or(name));
    let candidate = match inner {
        None => Some(whole),
        Some(path) => whole.at(path),
    };
    let Some(candidate) = candidate else {
        let message = format!("an element of {} has no field \"{}\"", list.operation.id, inner.unwrap_or_default());
        findings.mistake(&place.at("element"), message);
        return false;
    };
    let Some(fields) = candidate.inner().fields() else { return false };
    let candidate = candidate.inner();
    let named = word.only.keys().chain(word.without.keys()).chain(&word.name);
    for name in named.filter(|name| candidate.at(name).is_none() && !is_composed_part(composed, name)) {
        findings.mistake(place, format!("an element of {} has no field \"{name}\"", list.operation.id));
    }
    !CREATED.iter().any(|name| fields.contains_key(*name))
}
