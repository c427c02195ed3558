//! The pseudonyms of one recording: the same value has the same pseudonym everywhere, so that relations stay readable.
//!
//! A pseudonym has the form of its value: a UUID, an address, a URL. They are numbered in the order of their values and contain
//! no part of them. This module does not decide which values are replaced.

use std::collections::{BTreeMap, HashMap};

use super::addresses::Addresses;
use super::vocabulary::Vocabulary;

/// The domains of Scaleway. Labels of host names below them are kept if they are words of the documents or one of [`LABELS`].
const DOMAINS: [&str; 3] = [".scw.cloud", ".scw.eu", ".scaleway.com"];
const LABELS: [&str; 25] = [
    "scw",
    "eu",
    "cloud",
    "scaleway",
    "com",
    "api",
    "www",
    "console",
    "fnc",
    "functions",
    "nodes",
    "k8s",
    "rg",
    "s3",
    "mnq",
    "sqs",
    "sns",
    "nats",
    "iot",
    "rdb",
    "pgsql",
    "pub",
    "priv",
    "internal",
    "svc",
];
/// Schemes of URLs that are kept.
const SCHEMES: [&str; 14] = [
    "http",
    "https",
    "postgresql",
    "postgres",
    "mysql",
    "redis",
    "rediss",
    "mongodb",
    "mongodb+srv",
    "nats",
    "tcp",
    "tls",
    "ssh",
    "srn",
];
/// The start of pseudonyms of access keys; nine digits follow.
const ACCESS_KEY: &str = "SCWRECORDED";

/// The values so far, and their pseudonyms.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms {
    by_value: HashMap<String, String>,
    /// The last number of each form.
    numbers: BTreeMap<String, u32>,
    addresses: Addresses,
}

impl Pseudonyms {
    /// The pseudonym of a value that has no form of its own: `name-1`.
    pub(super) fn of(&mut self, value: &str, prefix: &str) -> String {
        self.numbered(value, prefix, |number| format!("{prefix}-{number}"))
    }

    /// The pseudonym of a value that occurred before, if any.
    pub(super) fn known(&self, value: &str) -> Option<&str> {
        self.by_value.get(value).map(String::as_str)
    }

    /// The first value of several words in a sentence: the part before it, its pseudonym, and the part after it.
    pub(super) fn phrase<'t>(&self, text: &'t str) -> Option<(&'t str, String, &'t str)> {
        let is_phrase = |value: &str| value.len() >= 4 && value.contains(char::is_whitespace);
        self.by_value.iter().filter(|(value, _)| is_phrase(value)).find_map(|(value, replaced)| {
            let (before, after) = text.split_once(value.as_str())?;
            Some((before, replaced.clone(), after))
        })
    }

    /// The pseudonym in the form of the value.
    pub(super) fn replace(&mut self, value: &str, prefix: &str, vocabulary: &Vocabulary) -> String {
        self.formed(value, vocabulary).unwrap_or_else(|| self.of(value, prefix))
    }

    /// The pseudonym of an ID or an access key.
    pub(super) fn id(&mut self, value: &str) -> Option<String> {
        if let Ok(id) = uuid::Uuid::try_parse(value)
            && matches!(value.len(), 32 | 36)
        {
            let replaced = self.numbered(&id.to_string(), "uuid", |number| {
                // Version 4, as those of the API.
                format!("00000000-0000-4000-8000-{number:012x}")
            });
            return Some(if value.len() == 32 { replaced.replace('-', "") } else { replaced });
        }
        let is_access_key = value.len() == 20
            && value
                .strip_prefix("SCW")
                .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        is_access_key.then(|| self.numbered(value, ACCESS_KEY, |number| format!("{ACCESS_KEY}{number:09}")))
    }

    fn formed(&mut self, value: &str, vocabulary: &Vocabulary) -> Option<String> {
        if let Some(replaced) = self.id(value).or_else(|| self.addresses.replace(value)) {
            return Some(replaced);
        }
        if is_mac_address(value) {
            return Some(self.numbered(value, "mac", |number| {
                let [first, second, third, fourth] = number.to_be_bytes();
                format!("02:00:{first:02x}:{second:02x}:{third:02x}:{fourth:02x}")
            }));
        }
        if is_email(value) {
            return Some(
                self.numbered(&value.to_lowercase(), "person", |number| format!("person-{number}@example.com")),
            );
        }
        if let Some((scheme, rest)) = value.split_once("://") {
            return SCHEMES.contains(&scheme).then(|| format!("{scheme}://{}", self.location(rest, vocabulary)));
        }
        if let Some((locality, id)) = value.split_once('/')
            && vocabulary.has_value(locality)
            && let Some(replaced) = self.id(id)
        {
            return Some(format!("{locality}/{replaced}"));
        }
        self.host(value, vocabulary)
    }

    /// Host, port and path of a URL. The query can contain a signature, and the user a password.
    fn location(&mut self, rest: &str, vocabulary: &Vocabulary) -> String {
        let end = rest.find(['?', '#']).unwrap_or(rest.len());
        let (rest, query) = rest.split_at(end);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(_, host)| ("redacted@", host));
        let host = if let Some((address, port)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
            let address = self.addresses.replace(address).unwrap_or_else(|| "::".to_owned());
            format!("[{address}]{}", digits(port))
        } else {
            let (host, port) = host.split_at(host.find(':').unwrap_or(host.len()));
            format!("{}{}", self.segment(host, vocabulary), digits(port))
        };
        let path: Vec<String> = path.split('/').map(|segment| self.segment(segment, vocabulary)).collect();
        let query = if query.is_empty() { "" } else { "?redacted" };
        format!("{user}{host}{}{query}", path.join("/"))
    }

    /// The host or a segment of the path of a URL.
    fn segment(&mut self, segment: &str, vocabulary: &Vocabulary) -> String {
        if segment.is_empty() || vocabulary.has_value(segment) {
            return segment.to_owned();
        }
        let formed =
            self.id(segment).or_else(|| self.addresses.replace(segment)).or_else(|| self.host(segment, vocabulary));
        formed.unwrap_or_else(|| self.of(segment, "part"))
    }

    /// A host name, label by label, so that the host names of a domain stay below it.
    fn host(&mut self, value: &str, vocabulary: &Vocabulary) -> Option<String> {
        let (host, port) = value.split_at(value.find(':').unwrap_or(value.len()));
        if !is_host(host) || !(port.is_empty() || digits(port) == port) {
            return None;
        }
        let is_scaleways = DOMAINS.iter().any(|domain| host.trim_end_matches('.').ends_with(domain));
        let labels: Vec<&str> = host.split('.').collect();
        let top = labels.len() - 1 - usize::from(host.ends_with('.'));
        let replaced: Vec<String> = labels
            .iter()
            .enumerate()
            .map(|(index, label)| match *label {
                "" | "*" => (*label).to_owned(),
                label if is_scaleways && (LABELS.contains(&label) || vocabulary.has_value(label)) => label.to_owned(),
                _ if !is_scaleways && index == top => "example".to_owned(),
                label => self.id(label).unwrap_or_else(|| self.of(label, "label")),
            })
            .collect();
        Some(format!("{}{port}", replaced.join(".")))
    }

    fn numbered(&mut self, value: &str, form: &str, make: impl FnOnce(u32) -> String) -> String {
        if let Some(known) = self.by_value.get(value) {
            return known.clone();
        }
        let number = self.numbers.entry(form.to_owned()).or_default();
        *number += 1;
        let pseudonym = make(*number);
        self.by_value.insert(value.to_owned(), pseudonym.clone());
        pseudonym
    }
}

/// A port with its colon, without anything else.
fn digits(port: &str) -> &str {
    let is_port =
        port.len() <= 6 && port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    if is_port { port } else { "" }
}

fn is_mac_address(value: &str) -> bool {
    value.len() == 17 && value.split(':').count() == 6 && {
        value.split(':').all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }
}

fn is_email(value: &str) -> bool {
    let allowed = |character: char| character.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(character);
    value.split_once('@').is_some_and(|(user, domain)| {
        !user.is_empty() && user.chars().all(allowed) && (is_host(domain) || domain == "localhost")
    })
}

/// Whether a string is a host name of at least two labels. The last label has no digits.
fn is_host(value: &str) -> bool {
    let host = value.strip_suffix('.').unwrap_or(value);
    let is_label = |label: &str| {
        label == "*"
            || (!label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'))
    };
    host.rsplit_once('.').is_some_and(|(_, top)| top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_lowercase()))
        && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(values: &[&str]) -> Vec<String> {
        let (mut pseudonyms, vocabulary) = (Pseudonyms::default(), Vocabulary::read());
        values.iter().map(|value| pseudonyms.replace(value, "name", &vocabulary)).collect()
    }

    #[test]
    fn pseudonym_has_the_form_of_its_value() {
        for (value, expected) in [
            ("5ca1e3a7-fa4e-4000-8000-000000000001", "00000000-0000-4000-8000-000000000001"),
            ("5ca1e3a7fa4e40008000000000000001", "00000000000040008000000000000001"),
            ("SCWABCDEFGHJKLMNPQRS", "SCWRECORDED000000001"),
            ("51.15.1.2", "203.0.113.1"),
            ("de:ad:be:ef:00:11", "02:00:00:00:00:01"),
            ("Jane.Doe@acme.com", "person-1@example.com"),
            ("fr-par/5ca1e3a7-fa4e-4000-8000-000000000001", "fr-par/00000000-0000-4000-8000-000000000001"),
            ("shop.acme.com", "label-1.label-2.example"),
            ("acme.com.", "label-1.example."),
            ("acme1f2e.functions.fnc.fr-par.scw.cloud", "label-1.functions.fnc.fr-par.scw.cloud"),
            (
                "https://user:hunter2@acme.com:8443/acme/b2?X-Amz-Signature=1#x",
                "https://redacted@label-1.example:8443/label-1/part-1?redacted",
            ),
            ("https://[2001:bc8::1]:80/", "https://[2001:db8::1]:80/"),
            ("rg.fr-par.scw.cloud", "rg.fr-par.scw.cloud"),
            ("acme production", "name-1"),
            ("1.2.3", "name-1"),
            ("unknown://acme.com", "name-1"),
        ] {
            assert_eq!(replaced(&[value]), [expected], "{value}");
        }
    }

    #[test]
    fn same_value_has_the_same_pseudonym() {
        let all = replaced(&["acme", "shop.acme.com", "https://acme.com/acme", "acme", "beta"]);
        assert_eq!(all, ["name-1", "label-1.name-1.example", "https://name-1.example/name-1", "name-1", "name-2"]);
        let all = replaced(&["5ca1e3a7-fa4e-4000-8000-000000000001", "5CA1E3A7FA4E40008000000000000001"]);
        assert_eq!(all[0].replace('-', ""), all[1]);
    }
}
