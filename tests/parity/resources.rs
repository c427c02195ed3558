//! Resources: token, aliases, ID, timeouts, and each property with its rules.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Convert, Format, IdPart, Input, Kind, Property, Resource};
use serde_json::Value as Json;

use crate::compare::{Difference, equal, flag, holds, pulumiverse_type, type_of};
use crate::{members, nested};

/// The timeout if `pulumiverse_scaleway` has none.
const USUAL_SECONDS: u32 = 20 * 60;

/// Compares one resource; returns the number of compared properties.
pub(crate) fn compare(
    schema: &Json,
    token: &str,
    ours: &Json,
    resource: &Resource,
    pulumiverse: &Json,
    differences: &mut Vec<Difference>,
) -> usize {
    if pulumiverse.is_null() {
        equal(differences, token, "existence", true, false);
        return 0;
    }
    aliases(token, ours, pulumiverse, differences);
    id(token, resource, pulumiverse, differences);
    timeouts(token, resource, pulumiverse, differences);
    groups(token, resource, pulumiverse, differences);
    let made = resource.properties.values().any(|property| property.input == Input::Auto);
    equal(differences, token, "automatic name", made, flag(pulumiverse, "autoName"));
    // A discontinued resource sends no requests, and each property states whether a change would replace it.
    let changes = !resource.update.is_empty() || resource.has_special_calls() || resource.discontinued.is_some();
    equal(differences, token, "no update", !changes, flag(pulumiverse, "noUpdate"));
    equal(differences, token, "deprecated", ours["deprecationMessage"].is_string(), flag(pulumiverse, "deprecated"));

    let (inputs, outputs) = (members(&ours["inputProperties"]), members(&ours["properties"]));
    let theirs = members(&pulumiverse["props"]);
    let names: BTreeSet<&str> = inputs.keys().chain(outputs.keys()).chain(theirs.keys()).copied().collect();
    let mut compared = 0;
    for name in names {
        let at = format!("{token}.{name}");
        let spec = outputs.get(name).or_else(|| inputs.get(name));
        let (Some(spec), Some(pulumiverse), Some(property)) = (spec, theirs.get(name), resource.properties.get(name))
        else {
            equal(differences, &at, "existence", spec.is_some(), theirs.contains_key(name));
            continue;
        };
        compared += 1;
        equal(differences, &at, "type", type_of(spec).0, pulumiverse_type(pulumiverse));
        equal(differences, &at, "input", inputs.contains_key(name), pulumiverse["io"] == "in");
        equal(differences, &at, "output", outputs.contains_key(name), true);
        equal(differences, &at, "required", holds(&ours["requiredInputs"], name), flag(pulumiverse, "required"));
        equal(differences, &at, "optional output", !holds(&ours["required"], name), flag(pulumiverse, "outOptional"));
        equal(differences, &at, "secret", flag(spec, "secret"), flag(pulumiverse, "secret"));
        equal(differences, &at, "deprecated", spec["deprecationMessage"].is_string(), flag(pulumiverse, "deprecated"));
        rules(&at, property, pulumiverse, differences);
        compared += nested::compare(schema, &at, spec, Some(&property.kind), pulumiverse, differences);
    }
    compared
}

/// The rules of a property, which are only in the catalog.
pub(crate) fn rules(at: &str, property: &Property, pulumiverse: &Json, differences: &mut Vec<Difference>) {
    let checks = &property.checks;
    equal(differences, at, "replace", property.replace, flag(pulumiverse, "forceNew"));
    equal(differences, at, "write-only", property.write_only, flag(pulumiverse, "writeOnly"));
    if pulumiverse["io"] == "in" {
        let filled = property.computed || matches!(property.input, Input::Provider(_) | Input::Auto);
        let fills = flag(pulumiverse, "computed") || matches!(property.input, Input::Provider(_) | Input::Auto);
        equal(differences, at, "filled by the API", filled, fills);
    }
    equal(differences, at, "default", property.default.clone(), default(pulumiverse));
    let both = |name: &str| {
        let own = &pulumiverse[name];
        if own.is_null() { pulumiverse["elemRules"][name].clone() } else { own.clone() }
    };
    // Booleans have only the values `true` and `false`, whatever the field in requests.
    let words = if property.kind == Kind::Boolean { &[] } else { checks.allowed.as_slice() };
    equal(differences, at, "enum", sorted(&Json::from(words)), sorted(&both("enum")));
    equal(differences, at, "not in", sorted(&Json::from(checks.not_in.clone())), sorted(&both("notIn")));
    // Integers of the API cannot be negative; `pulumiverse_scaleway` gets an error from the API.
    equal(
        differences,
        at,
        "min",
        checks.min.filter(|least| *least > 0.0),
        both("min").as_f64().filter(|least| *least > 0.0),
    );
    equal(differences, at, "max", checks.max, both("max").as_f64());
    equal(differences, at, "divisible by", checks.divisible_by.map(u64::from), both("divisibleBy").as_u64());
    equal(
        differences,
        at,
        "shortest",
        checks.min_length.map(u64::from).filter(|least| *least > 0),
        both("minLen").as_u64().filter(|least| *least > 0),
    );
    equal(differences, at, "longest", checks.max_length.map(u64::from), both("maxLen").as_u64());
    equal(differences, at, "pattern", checks.characters.is_some(), both("pattern").is_string());
    let most = pulumiverse["maxItems"].as_u64().filter(|_| !flag(pulumiverse, "flat"));
    let single = property.single.then_some(1);
    equal(differences, at, "most items", checks.max_items.map(u64::from).or(single), most);
    equal(differences, at, "format", format(property), pulumiverse_format(&both("format")));
    let forgiving =
        ["argon2idHash", "cleanPath", "duration", "ignoreCase", "locality", "sameInstant", "setOrder", "listOrder"];
    if let Some(forgiven) = pulumiverse["diffSuppress"].as_str().filter(|rule| forgiving.contains(rule)) {
        let forgives = property.equal.is_some() || property.convert.is_some();
        equal(differences, at, "forgiveness", forgives.then_some(forgiven), Some(forgiven));
    }
}

/// All tokens of the resource in stacks: both generations of `pulumiverse_scaleway`, and our flat tokens.
fn aliases(token: &str, ours: &Json, pulumiverse: &Json, differences: &mut Vec<Difference>) {
    let list = |list: &Json| -> Vec<String> {
        let items = list.as_array().into_iter().flatten();
        items.filter_map(|alias| alias.as_str().or_else(|| alias["type"].as_str()).map(str::to_owned)).collect()
    };
    let theirs = list(&pulumiverse["aliases"]);
    let flat = theirs.iter().map(|alias| format!("evalap-{alias}"));
    let expected: BTreeSet<String> = theirs.iter().cloned().chain(flat).chain([format!("scaleway:{token}")]).collect();
    equal(differences, token, "aliases", list(&ours["aliases"]).into_iter().collect(), expected);
}

/// The parts of the id: the position of the locality, the constants, and the number of other parts.
fn id(token: &str, resource: &Resource, pulumiverse: &Json, differences: &mut Vec<Difference>) {
    let ours: Vec<&str> = resource
        .id
        .iter()
        .map(|part| match part {
            IdPart::Locality => "{locality}",
            IdPart::Id | IdPart::Property(_) => "{}",
            IdPart::Literal(literal) => literal.as_str(),
        })
        .collect();
    let format = pulumiverse["id"]["format"].as_str().unwrap_or_default();
    let theirs = format
        .split('/')
        .map(|part| match part {
            "{region}" | "{zone}" => "{locality}",
            part if part.starts_with('{') => "{}",
            literal => literal,
        })
        .collect();
    equal(differences, token, "id", ours, theirs);
}

fn timeouts(token: &str, resource: &Resource, pulumiverse: &Json, differences: &mut Vec<Difference>) {
    let limits = &resource.timeouts;
    let ours = [("create", limits.create), ("read", limits.read), ("update", limits.update), ("delete", limits.delete)];
    for (operation, seconds) in ours {
        // A resource without update has no update timeout.
        if operation == "update" && resource.update.is_empty() {
            continue;
        }
        let theirs = &pulumiverse["timeouts"];
        let limit = theirs[operation].as_str().or_else(|| theirs["default"].as_str()).map_or(USUAL_SECONDS, seconds_of);
        equal(differences, &format!("{token}.{operation}"), "timeout", seconds, limit);
    }
}

/// Inputs that conflict with or require each other, by our names.
fn groups(token: &str, resource: &Resource, pulumiverse: &Json, differences: &mut Vec<Difference>) {
    let theirs = members(&pulumiverse["props"]);
    let names: BTreeMap<&str, &str> =
        theirs.iter().filter_map(|(name, property)| Some((property["tf"].as_str()?, *name))).collect();
    let translated = |list: &Json| -> BTreeSet<String> {
        let items = list.as_array().into_iter().flatten().filter_map(Json::as_str);
        items.map(|name| names.get(name).copied().unwrap_or(name).to_owned()).collect()
    };
    let mut exactly = BTreeSet::new();
    let mut at_most = BTreeSet::new();
    let mut needs = BTreeMap::new();
    for (name, property) in &theirs {
        if property["exactlyOneOf"].is_array() {
            exactly.insert(translated(&property["exactlyOneOf"]));
        } else if property["conflictsWith"].is_array() {
            let mut group = translated(&property["conflictsWith"]);
            group.insert((*name).to_owned());
            at_most.insert(group);
        }
        let with = translated(&property["requiredWith"]);
        if !with.is_empty() {
            needs.insert((*name).to_owned(), with);
        }
    }
    let sets = |groups: &[Vec<String>]| -> BTreeSet<BTreeSet<String>> {
        groups.iter().map(|group| group.iter().cloned().collect()).collect()
    };
    equal(differences, token, "exactly one", sets(&resource.exactly_one), exactly);
    equal(differences, token, "at most one", sets(&resource.at_most_one), at_most);
    let ours = resource.requires.iter().map(|(name, with)| (name.clone(), with.iter().cloned().collect())).collect();
    equal(differences, token, "required together", ours, needs);
}

/// A default that `pulumiverse_scaleway` adds to the inputs, unless it is deprecated or the zero value.
fn default(pulumiverse: &Json) -> Option<Json> {
    let default = pulumiverse.get("default")?;
    let zero = [Json::from(false), Json::from(""), Json::from(0)].contains(default);
    (!zero && !flag(pulumiverse, "deprecated")).then(|| default.clone())
}

/// The format of a string. Regions and zones can be added, so an unknown one is not rejected.
fn format(property: &Property) -> Option<&'static str> {
    if property.convert == Some(Convert::LowerKeys) {
        return Some("mapKeysLowercase");
    }
    match property.checks.format? {
        Format::Uuid => Some("uuid"),
        Format::LocalizedUuid => Some("localizedUuid"),
        Format::UuidOrLocalized => Some("uuidOrLocalized"),
        // `pulumiverse_scaleway` does not check the names of buckets, policies and passwords.
        Format::Region
        | Format::Zone
        | Format::BucketName
        | Format::MessagingName
        | Format::BucketPolicy
        | Format::Name
        | Format::DatabasePassword => None,
        Format::Date => Some("date:YYYY-MM-DD"),
        Format::Timestamp => Some("rfc3339"),
        Format::Duration => Some("goDuration"),
        Format::Cidr => Some("cidr"),
        Format::Ipv4Cidr => Some("ipv4Cidr"),
        Format::CidrNetwork => Some("cidrNetwork"),
        Format::Email => Some("email"),
        Format::Port => Some("port"),
        Format::Cron => Some("cron"),
        Format::Hostname => Some("hostname"),
        Format::TimeZone => Some("timeZone"),
        Format::HttpPath => Some("httpPath"),
        Format::HttpUrl => Some("httpUrl"),
        Format::HeaderValue | Format::AsciiHeader => Some("headerValue"),
        Format::JsonObject => Some("jsonObject"),
        Format::SshKey => Some("sshKey"),
        Format::Ip => Some("ip"),
        Format::Mac => Some("mac"),
    }
}

fn pulumiverse_format(format: &Json) -> Option<&str> {
    // The length of keys is a separate rule here.
    format.as_str().filter(|format| !["region", "zone", "mapKeyLen0to100"].contains(format))
}

fn sorted(list: &Json) -> Vec<String> {
    let mut items: Vec<String> =
        list.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect();
    items.sort();
    items
}

/// Go's notation of a duration in seconds: `12m30s`.
fn seconds_of(text: &str) -> u32 {
    let mut seconds = 0;
    let mut number = 0;
    for character in text.chars() {
        match character {
            'h' => seconds += std::mem::take(&mut number) * 3600,
            'm' => seconds += std::mem::take(&mut number) * 60,
            's' => seconds += std::mem::take(&mut number),
            digit => number = number * 10 + digit.to_digit(10).unwrap(),
        }
    }
    seconds
}
