//! Descriptors by token. Each is parsed when it is first used, because a run needs a few of several hundred.

use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;
use std::ops::Index;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

/// Descriptors by token.
#[derive(Clone, Debug)]
pub struct Entries<T>(BTreeMap<String, Entry<T>>);

#[derive(Clone, Debug)]
struct Entry<T> {
    /// The descriptor as JSON, until it is parsed.
    json: Cow<'static, str>,
    /// `None` if the JSON is not such a descriptor.
    parsed: OnceLock<Option<T>>,
}

impl<T: DeserializeOwned> Entry<T> {
    fn parsed(&self) -> Option<&T> {
        self.parsed.get_or_init(|| serde_json::from_str(&self.json).ok()).as_ref()
    }
}

impl<T: DeserializeOwned> Entries<T> {
    /// Adds a descriptor as JSON.
    pub(crate) fn insert_json(&mut self, token: String, json: Cow<'static, str>) {
        self.0.insert(token, Entry { json, parsed: OnceLock::new() });
    }

    /// Adds a descriptor, or replaces it.
    pub fn insert(&mut self, token: String, value: T) {
        self.0.insert(token, Entry { json: Cow::Borrowed(""), parsed: OnceLock::from(Some(value)) });
    }

    /// The descriptor of a token; `None` if there is none, or if it cannot be parsed (see `Catalog::check`).
    pub fn get<Q: Ord + ?Sized>(&self, token: &Q) -> Option<&T>
    where
        String: Borrow<Q>,
    {
        self.0.get(token)?.parsed()
    }

    /// The token and its descriptor, as `get`.
    pub fn get_key_value(&self, token: &str) -> Option<(&String, &T)> {
        let (token, entry) = self.0.get_key_value(token)?;
        Some((token, entry.parsed()?))
    }

    /// Whether there is a descriptor of this token.
    pub fn contains_key(&self, token: &str) -> bool {
        self.0.contains_key(token)
    }

    /// The tokens.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// All descriptors; parses them.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }

    /// All tokens and descriptors; parses them.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &T)> {
        self.0.iter().filter_map(|(token, entry)| Some((token, entry.parsed()?)))
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error of the first descriptor that cannot be parsed.
    pub(crate) fn check(&self) -> Result<(), serde_json::Error> {
        let wrong = self.0.values().find(|entry| entry.parsed().is_none());
        wrong.map_or(Ok(()), |entry| serde_json::from_str::<T>(&entry.json).map(drop))
    }
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: DeserializeOwned> FromIterator<(String, T)> for Entries<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        let mut all = Self::default();
        entries.into_iter().for_each(|(token, value)| all.insert(token, value));
        all
    }
}

impl<'a, T: DeserializeOwned> IntoIterator for &'a Entries<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = Box<dyn Iterator<Item = Self::Item> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// As of a map: for tokens that exist.
impl<T: DeserializeOwned, Q: Ord + ?Sized> Index<&Q> for Entries<T>
where
    String: Borrow<Q>,
{
    type Output = T;

    #[allow(clippy::expect_used)]
    fn index(&self, token: &Q) -> &T {
        self.get(token).expect("the catalog has this token")
    }
}
