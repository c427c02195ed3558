//! Paths into JSON objects of the API: get, set, pluck.

use std::borrow::Cow;
use std::net::IpAddr;

use serde_json::{Map, Value as Json};

/// A JSON object of a request or response.
pub type Wire = Map<String, Json>;

/// The value at a path of field names (`encryption.enabled`); null counts as absent.
pub fn get<'w>(wire: &'w Wire, path: &str) -> Option<&'w Json> {
    find(wire, path).filter(|json| !json.is_null())
}

/// The value at a path of field names, including null, which clears a field in a request.
pub fn find<'w>(wire: &'w Wire, path: &str) -> Option<&'w Json> {
    let mut names = path.split('.');
    let first = names.next()?;
    let first = wire.get(&*spelled(wire, first))?;
    names.try_fold(first, |here, name| {
        let here = here.as_object()?;
        here.get(&*spelled(here, name))
    })
}

/// The name of a field. `{provider}_settings` contains the value of the field `provider`.
fn spelled<'n>(wire: &Wire, name: &'n str) -> Cow<'n, str> {
    match name.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?))) {
        Some((start, (field, end))) => Cow::Owned(format!("{start}{}{end}", text(wire, field).unwrap_or_default())),
        None => Cow::Borrowed(name),
    }
}

/// Sets a value at a path and creates the objects on the path. Other values on the path are replaced. The fields of an object
/// at the path `.` become fields of the wire object. `endpoints[public]` adds the value to a list if it has an object `public`.
pub fn set(wire: &mut Wire, path: &str, json: Json) {
    if path == "." {
        wire.extend(json.as_object().cloned().into_iter().flatten());
        return;
    }
    let Some((first, rest)) = path.split_once('.') else {
        match path.strip_suffix(']').and_then(|path| path.split_once('[')) {
            Some((list, selector)) => add(wire, list, selector, json),
            None => drop(wire.insert(spelled(wire, path).into_owned(), json)),
        }
        return;
    };
    let first = spelled(wire, first);
    let inner = wire.entry(first).or_insert(Json::Null);
    if !inner.is_object() {
        *inner = Json::Object(Map::new());
    }
    if let Json::Object(inner) = inner {
        set(inner, rest, json);
    }
}

fn add(wire: &mut Wire, list: &str, selector: &str, json: Json) {
    let list = wire.entry(list).or_insert_with(|| Json::Array(Vec::new()));
    if let (Json::Array(items), true) = (list, is_selected(&json, selector)) {
        items.push(json);
    }
}

/// The string at a path of field names.
pub fn text<'w>(wire: &'w Wire, path: &str) -> Option<&'w str> {
    get(wire, path)?.as_str()
}

/// The string in a field of a JSON object; empty if the field is not a string.
pub fn text_or_empty<'j>(json: &'j Json, field: &str) -> &'j str {
    json[field].as_str().unwrap_or_default()
}

/// The strings of a list, or those in a field of each of its elements; empty if it is not a list.
pub fn strings(list: Option<&Json>, field: Option<&str>) -> Vec<String> {
    let elements = list.and_then(Json::as_array).into_iter().flatten();
    let text = |element: &Json| field.map_or(element, |field| &element[field]).as_str().map(str::to_owned);
    elements.filter_map(text).collect()
}

/// The value at a path that selects elements of lists.
///
/// `rules[].ip` is the list of the `ip` of every element of `rules`, and the elements of inner lists for `groups[].rules[]`.
/// `endpoints[private_network].ip` is the `ip` of the first element with an object `private_network`, and
/// `endpoints[0]` is the first element, `endpoints[ip=IPv6]` the first one whose `ip` is an address of this version, and
/// `resource[type=custom]` is the element, or the object `resource` itself, whose `type` is `custom`. `extension[]` is the list
/// of the values of an object, in the order of their numbers. `.` is the wire object, and `[type=custom]` too if its `type` is
/// `custom`. `address | prefix` is the first of these that is set.
pub fn pluck(wire: &Wire, path: &str) -> Option<Json> {
    if path == "." {
        return Some(Json::Object(wire.clone()));
    }
    if let Some((first, others)) = path.split_once(" | ") {
        return pluck(wire, first).or_else(|| pluck(wire, others));
    }
    let Some((list, rest)) = path.split_once('[') else { return get(wire, path).cloned() };
    let (selector, rest) = rest.split_once(']')?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let field = |item: &Json| if rest.is_empty() { Some(item.clone()) } else { pluck(item.as_object()?, rest) };
    let whole = list.is_empty().then(|| Json::Object(wire.clone()));
    let found = whole.as_ref().or_else(|| get(wire, list))?;
    if selector.is_empty() {
        let items: Vec<&Json> = match found {
            Json::Array(items) => items.iter().collect(),
            Json::Object(fields) => {
                let mut fields: Vec<(&String, &Json)> = fields.iter().filter(|(_, json)| !json.is_null()).collect();
                fields.sort_by_key(|(name, _)| name.parse::<u32>().ok());
                fields.into_iter().map(|(_, json)| json).collect()
            }
            _ => return None,
        };
        let fields = items.into_iter().filter_map(field);
        let joined = |json| if rest.contains("[]") { json_items(json) } else { vec![json] };
        return Some(Json::Array(fields.flat_map(joined).collect()));
    }
    let items = found.as_array().map_or(std::slice::from_ref(found), Vec::as_slice);
    let number = selector.parse::<usize>().ok();
    let selected =
        number.map_or_else(|| items.iter().find(|item| is_selected(item, selector)), |number| items.get(number));
    selected.and_then(field)
}

fn json_items(json: Json) -> Vec<Json> {
    match json {
        Json::Array(items) => items,
        other => vec![other],
    }
}

fn is_selected(item: &Json, selector: &str) -> bool {
    match selector.split_once('=') {
        Some((field, version @ ("IPv4" | "IPv6"))) => item[field].as_str().is_some_and(|text| {
            text == version || text.parse().is_ok_and(|address: IpAddr| address.is_ipv6() == (version == "IPv6"))
        }),
        Some((field, value)) => item[field].as_str() == Some(value),
        None => item[selector].is_object(),
    }
}

/// Whether a value is what the API returns for an unset field: null, `""`, 0, false, `[]` or `{}`.
pub fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(flag) => !flag,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
    }
}

/// A string, number or boolean in the form of a path segment or query parameter.
pub fn plain_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        _ => None,
    }
}

/// Whether two values are equal, or equal in a path: `5` and `"5"`.
pub fn reads_like(one: &Json, other: &Json) -> bool {
    one == other || plain_text(one).is_some_and(|text| plain_text(other) == Some(text))
}

/// The project of an object, in the field of most APIs or in that of Instances.
pub fn project(wire: &Wire) -> Option<&str> {
    PROJECT.iter().find_map(|field| text(wire, field))
}

/// The fields of requests and responses with the project of an object.
pub const PROJECT: [&str; 2] = ["project_id", "project"];

/// Whether an IP address is in a CIDR block.
pub fn is_in_block(address: &Json, block: &Json) -> bool {
    let address = address.as_str().and_then(|text| text.parse::<std::net::IpAddr>().ok());
    let block = block.as_str().and_then(|text| text.parse::<ipnet::IpNet>().ok());
    address.zip(block).is_some_and(|(address, block)| block.contains(&address))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn wire(json: &Json) -> Wire {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn a_value_set_at_a_path_keeps_its_siblings() {
        let mut object = wire(&json!({"encryption": {"key": 1}}));
        set(&mut object, "encryption.enabled", json!(true));
        set(&mut object, "name", json!("a"));
        assert_eq!(Json::Object(object.clone()), json!({"encryption": {"key": 1, "enabled": true}, "name": "a"}));
        assert_eq!(get(&object, "encryption.enabled"), Some(&json!(true)));
        assert_eq!(get(&object, "encryption.enabled.more"), None);
        set(&mut object, ".", json!({"name": "b"}));
        set(&mut object, ".", Json::Null);
        assert_eq!(get(&object, "name"), Some(&json!("b")));
        assert_eq!(pluck(&object, "."), Some(Json::Object(object)));
    }

    #[test]
    fn a_number_is_equal_to_its_string_in_a_path() {
        assert!(reads_like(&json!(5), &json!("5")) && reads_like(&json!(["a"]), &json!(["a"])));
        assert!(!reads_like(&json!(null), &json!(["a"])) && !reads_like(&json!({}), &json!([])));
    }

    #[test]
    fn an_address_is_in_its_block() {
        assert!(is_in_block(&json!("192.0.2.7"), &json!("192.0.2.0/24")));
        assert!(!is_in_block(&json!("192.0.3.7"), &json!("192.0.2.0/24")));
        assert!(!is_in_block(&json!("192.0.2.7"), &json!("192.0.2.7")) && !is_in_block(&json!(1), &json!("::/0")));
    }

    #[test]
    fn a_field_is_plucked_from_every_element() {
        let object = wire(&json!({"rules": [{"ip": "a"}, {"port": 1}, {"ip": "b"}]}));
        assert_eq!(pluck(&object, "rules[].ip"), Some(json!(["a", "b"])));
        assert_eq!(pluck(&object, "none[].ip"), None);
        let object = wire(&json!({"groups": [{"rules": [1, 2]}, {"rules": 7}, {"rules": [3]}, 7]}));
        assert_eq!(pluck(&object, "groups[].rules[]"), Some(json!([1, 2, 3])));
    }

    #[test]
    fn the_values_of_an_object_are_a_list() {
        let object = wire(&json!({"extension": {"a": "1", "b": null, "c": "2"}, "none": 7}));
        assert_eq!(pluck(&object, "extension[]"), Some(json!(["1", "2"])));
        assert_eq!(pluck(&object, "none[]"), None);
        let numbered: Wire = (0..11).map(|number: u32| (number.to_string(), json!({ "id": number }))).collect();
        let numbered = wire(&json!({ "volumes": numbered }));
        assert_eq!(pluck(&numbered, "volumes[].id"), Some((0..11).collect()));
    }

    #[test]
    fn the_first_field_that_is_set_is_plucked() {
        let object = wire(&json!({ "address": null, "prefix": "2001:db8::/64" }));
        assert_eq!(pluck(&object, "address | prefix"), Some(json!("2001:db8::/64")));
        assert_eq!(pluck(&object, "prefix | address"), Some(json!("2001:db8::/64")));
        assert_eq!(pluck(&object, "address | other"), None);
    }

    #[test]
    fn the_name_of_a_field_contains_the_value_of_another_one() {
        let mut object = wire(&json!({ "settings": { "provider": "github" } }));
        set(&mut object, "settings.{provider}_settings.url", json!("a"));
        assert_eq!(object["settings"], json!({ "provider": "github", "github_settings": { "url": "a" } }));
        assert_eq!(pluck(&object, "settings.{provider}_settings.url"), Some(json!("a")));
        assert_eq!(pluck(&object, "{settings}_settings.url"), None);
    }

    #[test]
    fn elements_with_the_selected_object_are_added_to_a_list() {
        let mut object = Wire::new();
        for element in [json!({ "public": null }), Json::Null, json!({ "public": {} }), json!({ "public": { "a": 1 } })]
        {
            set(&mut object, "endpoints[public]", element);
        }
        assert_eq!(Json::Object(object), json!({ "endpoints": [{ "public": {} }, { "public": { "a": 1 } }] }));
        let mut object = wire(&json!({ "endpoints": 1 }));
        set(&mut object, "endpoints[public]", json!({ "public": {} }));
        assert_eq!(Json::Object(object), json!({ "endpoints": 1 }));
    }

    #[test]
    fn an_element_is_selected_by_a_field() {
        let object = wire(&json!({
            "endpoints": [7, {"public": null, "ip": "a"}, {"public": {}, "ip": "b"}, {"public": {}, "ip": "c"}],
            "holder": {"type": "custom", "name": "n"},
        }));
        assert_eq!(pluck(&object, "endpoints[public].ip"), Some(json!("b")));
        assert_eq!(pluck(&object, "endpoints[ip=c]"), Some(json!({"public": {}, "ip": "c"})));
        assert_eq!(pluck(&object, "endpoints[private].ip"), None);
        assert_eq!(pluck(&object, "endpoints[1].ip"), Some(json!("a")));
        assert_eq!(pluck(&object, "endpoints[9].ip"), None);
        let ips = wire(&json!({ "ips": [{ "ip": "192.0.2.1" }, { "ip": "2001:db8::1" }, { "ip": "IPv6" }] }));
        assert_eq!(pluck(&ips, "ips[ip=IPv6].ip"), Some(json!("2001:db8::1")));
        assert_eq!(pluck(&ips, "ips[ip=IPv4].ip"), Some(json!("192.0.2.1")));
        assert_eq!(pluck(&object, "holder[type=custom].name"), Some(json!("n")));
        assert_eq!(pluck(&object, "holder[type=other].name"), None);
        let holder = wire(&object["holder"]);
        assert_eq!(pluck(&holder, "[type=custom].name"), Some(json!("n")));
        assert_eq!(pluck(&holder, "[type=other].name"), None);
    }
}
