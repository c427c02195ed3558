//! What is wrong with the offer, collected so that every mistake is told at once. Knows no rule itself.

use std::fmt;

/// A place in one descriptor: the file and the words that lead to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    file: String,
    path: String,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where it stands.
    pub place: Place,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Everything found.
#[derive(Debug, Default)]
pub struct Findings {
    /// What must be mended before anything is generated.
    pub mistakes: Vec<Finding>,
    /// What a person should have looked at.
    pub warnings: Vec<Finding>,
}

impl Place {
    /// The top of a file, named relative to the project (`resources/registry/namespace.yaml`).
    pub fn file(file: &str) -> Self {
        Self { file: file.to_owned(), path: String::new() }
    }

    /// The place one word further in.
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
    /// Notes a mistake.
    pub fn mistake(&mut self, place: &Place, message: impl Into<String>) {
        self.mistakes.push(Finding { place: place.clone(), message: message.into() });
    }

    /// Refuses each of the words that is said although it says nothing here.
    pub(crate) fn refuse_said(&mut self, place: &Place, words: &[(&str, bool)], why: &str) {
        for (word, _) in words.iter().filter(|(_, is_said)| *is_said) {
            self.mistake(&place.at(word), why);
        }
    }

    /// Whether a mistake is known at this place or anywhere inside it.
    pub fn has_mistake_in(&self, place: &Place) -> bool {
        self.mistakes.iter().any(|mistake| mistake.place.is_in(place))
    }

    /// Notes something to look at.
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

/// `(did you mean "description"?)` with a space in front, if one of the candidates is near; else nothing.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    // One slip in a short word, two in a longer one; more would be guessing.
    let limit = if word.len() < 6 { 1 } else { 2 };
    let near = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate)).min();
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

/// How many letters must be added, removed or changed to get from one word to the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, &opposite) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != opposite);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognized_and_another_word_is_not() {
        assert_eq!(did_you_mean("descripton", ["name", "description"]), " (did you mean \"description\"?)");
        assert_eq!(did_you_mean("endpoint", ["name", "description"]), "");
        assert_eq!(did_you_mean("name", ["name"]), "");
    }

    #[test]
    fn a_place_reads_as_the_way_to_it() {
        let place = Place::file("resources/a/b.yaml").at("update").index(1).at("with");
        assert_eq!(place.to_string(), "resources/a/b.yaml: update[1].with");
    }

    #[test]
    fn a_list_of_names_reads_as_a_sentence() {
        assert_eq!(or_list(&["A".into(), "B".into(), "C".into()]), "A, B or C");
    }
}
