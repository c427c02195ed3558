//! Words that users and developers do not search for: `language.yaml` lists them, with the words to use instead.

use std::fs;
use std::path::Path;

use regex::Regex;
use serde::Deserialize;
use tests::places;

use crate::source::assert_none;

/// The files and directories that are checked.
const CHECKED: &[&str] = &[
    ".ci",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "Cargo.toml",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "api/openapi-from-sdk",
    "api/regenerate.sh",
    "api/src",
    "clippy.toml",
    "deny.toml",
    "docs",
    "examples",
    "fake",
    "proto",
    "provider",
    "resources",
    "schema/src",
    "schema/tests",
    "scripts",
    "sdk-gen",
    "site",
    "tests",
];

/// The list itself.
const LIST: &str = "tests/architecture/language.yaml";

/// This file, which contains listed words as examples.
const EXAMPLES: &str = "tests/architecture/language.rs";

/// Files with names and checksums of other projects.
const FOREIGN: &[&str] = &["go.mod", "go.sum", "package-lock.json"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    words: Vec<Word>,
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    word: String,
    instead: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    text: String,
    path: Option<String>,
    reason: String,
}

impl Exception {
    fn applies_to(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|only| is_below(path, only))
    }
}

#[test]
fn checked_files_use_plain_technical_english() {
    let rules = Rules::load();
    let mut used = vec![false; rules.exceptions.len()];
    let mut found = Vec::new();
    for path in checked_files() {
        let text = places::text(&places::project().join(&path));
        found.extend(rules.violations(&path, &text, &mut used));
    }
    assert_none("a word of language.yaml is used", &found);
    let unused: Vec<String> = rules
        .exceptions
        .iter()
        .zip(used)
        .filter(|(_, used)| !used)
        .map(|((_, exception), _)| exception.text.clone())
        .collect();
    assert_none("an exception of language.yaml excuses nothing", &unused);
}

#[test]
fn a_listed_word_is_found_in_prose_comments_and_identifiers() {
    let rules = Rules::load();
    let found = |text: &str| rules.violations("docs/guides/page.md", text, &mut vec![false; rules.exceptions.len()]);
    for text in [
        "Nobody uses it.",
        "fn is_told() {}",
        "toldOnce: true",
        "struct Told;",
        "let wasTold = 1;",
        "/// The id is\n/// no uuid.",
        "# It has none left\n# to give.",
    ] {
        assert_eq!(found(text).len(), 1, "{text}: {:?}", found(text));
    }
    for text in ["There is no such field.", "I recommend it.", "The mushrooms are not here.", "It is not known."] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
    assert_eq!(
        found("one\n\nnobody"),
        ["docs/guides/page.md:3: `nobody`; instead: the actor: the user, the API key, the client, the engine"]
    );
}

#[test]
fn each_exception_has_a_reason() {
    let without: Vec<String> = Rules::load()
        .exceptions
        .into_iter()
        .filter(|(_, exception)| exception.reason.len() < 20)
        .map(|(_, exception)| exception.text)
        .collect();
    assert_none("an exception has no reason", &without);
}

struct Rules {
    words: Vec<(Regex, Word)>,
    exceptions: Vec<(Regex, Exception)>,
}

impl Rules {
    fn load() -> Self {
        let list: List = serde_saphyr::from_str(&places::text(&places::project().join(LIST))).unwrap();
        assert!(list.words.len() > 20, "{LIST} lists words");
        Self {
            words: list.words.into_iter().map(|word| (pattern(&word.word), word)).collect(),
            exceptions: list.exceptions.into_iter().map(|exception| (pattern(&exception.text), exception)).collect(),
        }
    }

    /// The listed words in a text, without exceptions; marks the exceptions that were used.
    fn violations(&self, path: &str, text: &str, used: &mut [bool]) -> Vec<String> {
        let mut found = Vec::new();
        for (pattern, word) in &self.words {
            for (start, end) in spans(pattern, text) {
                let mut is_excused = false;
                for ((allowed, exception), used) in self.exceptions.iter().zip(&mut *used) {
                    let covers = |(from, to): (usize, usize)| from <= start && end <= to;
                    if exception.applies_to(path) && spans(allowed, text).into_iter().any(covers) {
                        is_excused = true;
                        *used = true;
                    }
                }
                if !is_excused {
                    let line = text[..start].matches('\n').count() + 1;
                    found.push(format!("{path}:{line}: `{}`; instead: {}", &text[start..end], word.instead));
                }
            }
        }
        found
    }
}

/// A word as a whole: at the edges of words, or of the parts of `snake_case` and `camelCase` identifiers.
fn pattern(word: &str) -> Regex {
    let word = word.replace(' ', r"(?:_|\s+(?:(?://[/!]?|#|\*|>)\s*)?)");
    Regex::new(&format!(r"(?:^|[^A-Za-z])(?P<any>(?i:{word}))(?:[^a-z]|$)|[a-z](?P<capital>(?i:{word}))(?:[^a-z]|$)"))
        .unwrap_or_else(|error| panic!("{LIST}: {word}: {error}"))
}

/// Where a pattern matches, without the characters around the word.
fn spans(pattern: &Regex, text: &str) -> Vec<(usize, usize)> {
    let words = pattern.captures_iter(text).filter_map(|found| {
        let is_capital = |word: &regex::Match<'_>| word.as_str().starts_with(|first: char| first.is_ascii_uppercase());
        found.name("any").or_else(|| found.name("capital").filter(is_capital))
    });
    words.map(|word| (word.start(), word.end())).collect()
}

/// The text files of `CHECKED`, by their paths in the project.
fn checked_files() -> Vec<String> {
    let project = places::project();
    let mut files = Vec::new();
    for checked in CHECKED {
        let path = project.join(checked);
        let found = if path.is_dir() { places::files(&path, "") } else { vec![path] };
        let before = files.len();
        files.extend(
            found
                .iter()
                .filter(|file| fs::read_to_string(file).is_ok())
                .map(|file| file.strip_prefix(&project).unwrap().to_string_lossy().replace('\\', "/"))
                .filter(|path| path != LIST && path != EXAMPLES && !FOREIGN.contains(&name_of(path))),
        );
        assert!(files.len() > before, "{checked} has no text files");
    }
    files
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn is_below(path: &str, folder: &str) -> bool {
    Path::new(path).starts_with(folder)
}
