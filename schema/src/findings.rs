//! Errors and warnings in descriptors, collected so that one run reports all of them.

use std::fmt;

/// A place in one descriptor: the file, and the keys that lead to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    file: String,
    path: String,
}

/// One error or warning, and its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Its place.
    pub place: Place,
    /// What is wrong, and how to fix it.
    pub message: String,
}

/// All errors and warnings.
#[derive(Debug, Default)]
pub struct Findings {
    /// Errors: nothing is generated until they are fixed.
    pub mistakes: Vec<Finding>,
    /// Warnings for the developer.
    pub warnings: Vec<Finding>,
}

impl Place {
    /// The top level of a file, by its path in the project (`resources/registry/namespace.yaml`).
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), path: String::new() }
    }

    /// The place of a key below this one.
    #[must_use]
    pub fn at(&self, word: &str) -> Self {
        let path = if self.path.is_empty() { word.to_owned() } else { format!("{}.{word}", self.path) };
        Self { file: self.file.clone(), path }
    }

    /// The place of an element of a list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self { file: self.file.clone(), path: format!("{}[{index}]", self.path) }
    }

    fn is_in(&self, other: &Self) -> bool {
        let rest = self.path.strip_prefix(&other.path);
        self.file == other.file && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

impl Findings {
    /// Adds an error.
    pub fn mistake(&mut self, place: &Place, message: impl Into<String>) {
        self.mistakes.push(Finding { place: place.clone(), message: message.into() });
    }

    /// Adds an error for each of the keys that is set although it is not allowed.
    pub(crate) fn reject_keys(&mut self, place: &Place, keys: &[(&str, bool)], why: &str) {
        for (key, _) in keys.iter().filter(|(_, is_set)| *is_set) {
            self.mistake(&place.at(key), why);
        }
    }

    /// Whether there is an error at this place or below it.
    pub fn has_mistake_in(&self, place: &Place) -> bool {
        self.mistakes.iter().any(|mistake| mistake.place.is_in(place))
    }

    /// Adds a warning.
    pub fn warning(&mut self, place: &Place, message: impl Into<String>) {
        self.warnings.push(Finding { place: place.clone(), message: message.into() });
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.file),
            path => write!(f, "{}: {path}", self.file),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// ` (did you mean "description"?)` if one of the candidates is similar; otherwise empty.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    // One difference in a short name, two in a longer one. With more, the suggestion would mostly be wrong.
    let limit = if word.len() < 6 { 1 } else { 2 };
    let near = candidates.into_iter().map(|candidate| (strsim::levenshtein(word, candidate), candidate)).min();
    match near {
        Some((slips, candidate)) if (1..=limit).contains(&slips) => format!(" (did you mean \"{candidate}\"?)"),
        _ => String::new(),
    }
}

/// `A`, `A or B`, `A, B or C`.
pub(crate) fn or_list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_suggested_and_a_different_name_is_not() {
        assert_eq!(did_you_mean("descripton", ["name", "description"]), " (did you mean \"description\"?)");
        assert_eq!(did_you_mean("endpoint", ["name", "description"]), "");
        assert_eq!(did_you_mean("name", ["name"]), "");
    }

    #[test]
    fn a_place_is_printed_as_its_path() {
        let place = Place::file("resources/a/b.yaml").at("update").index(1).at("with");
        assert_eq!(place.to_string(), "resources/a/b.yaml: update[1].with");
    }

    #[test]
    fn a_list_of_names_is_joined_with_commas_and_or() {
        assert_eq!(or_list(&["A".into(), "B".into(), "C".into()]), "A, B or C");
    }
}
