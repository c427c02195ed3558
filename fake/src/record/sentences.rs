//! Error messages of the API: their words are kept, and everything that can be a value of the request is replaced.
//!
//! This module does not depend on fields.

use super::pseudonyms::Pseudonyms;
use super::vocabulary::Vocabulary;

/// The longest word of a sentence.
const LONGEST: usize = 16;
/// Words of HTTP, which errors write with a capital letter.
const CAPITALIZED: [&str; 12] = [
    "Bad",
    "Error",
    "Found",
    "Forbidden",
    "Gateway",
    "Internal",
    "Invalid",
    "Not",
    "Request",
    "Server",
    "Service",
    "Unavailable",
];
const QUOTES: [char; 3] = ['"', '`', '\''];
const PUNCTUATION: [char; 12] = ['.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '{', '}'];

/// The sentence without values: quoted parts, values that were replaced before, and everything that is not a word.
pub(super) fn replace(text: &str, pseudonyms: &mut Pseudonyms, vocabulary: &Vocabulary) -> String {
    let mut sentence = String::new();
    let mut rest = text;
    while let Some((before, quote, inside, after)) = quotation(rest) {
        sentence += &words(before, pseudonyms, vocabulary, sentence.is_empty());
        sentence.push(quote);
        sentence += &match inside {
            known if vocabulary.has(known) => known.to_owned(),
            value => pseudonyms.replace(value, "value", vocabulary),
        };
        sentence.push(quote);
        rest = after;
    }
    let starts = sentence.is_empty();
    sentence + &words(rest, pseudonyms, vocabulary, starts)
}

/// The part before the next quotation, its quote, its content, and the part after it. An apostrophe inside of a word is not a quote.
fn quotation(text: &str) -> Option<(&str, char, &str, &str)> {
    let is_start = |(at, character): &(usize, char)| {
        QUOTES.contains(character) && !text[..*at].ends_with(|before: char| before.is_alphanumeric())
    };
    let (start, quote) = text.char_indices().find(is_start)?;
    let inside = &text[start + quote.len_utf8()..];
    // Without a closing quote, everything up to the end is quoted.
    let end = inside.find(quote).unwrap_or(inside.len());
    let after = inside[end..].strip_prefix(quote).unwrap_or_default();
    (!inside.is_empty()).then_some((&text[..start], quote, &inside[..end], after))
}

/// Words outside of quotations; `starts`: whether they start the sentence.
fn words(text: &str, pseudonyms: &mut Pseudonyms, vocabulary: &Vocabulary, starts: bool) -> String {
    if let Some((before, replaced, after)) = pseudonyms.phrase(text) {
        let before = words(before, pseudonyms, vocabulary, starts);
        return before + &replaced + &words(after, pseudonyms, vocabulary, false);
    }
    let mut is_first = starts;
    let mut replaced = String::new();
    for chunk in text.split_inclusive(char::is_whitespace) {
        let word = chunk.trim().trim_matches(PUNCTUATION);
        let (before, after) = chunk.split_once(word).unwrap_or_default();
        replaced += before;
        if word.is_empty() || is_kept(word, is_first, pseudonyms, vocabulary) {
            replaced += word;
        } else {
            replaced += &pseudonyms.replace(word, "value", vocabulary);
        }
        replaced += after;
        is_first = after.contains(['.', ':', '!', '?']);
    }
    replaced
}

fn is_kept(word: &str, is_first: bool, pseudonyms: &Pseudonyms, vocabulary: &Vocabulary) -> bool {
    // `argument(s)`
    let word = word.strip_suffix("(s").unwrap_or(word);
    if vocabulary.has(word) {
        return true;
    }
    if pseudonyms.known(word).is_some() {
        return false;
    }
    if CAPITALIZED.contains(&word) {
        return true;
    }
    let field = |part: &str| vocabulary.has(part) || (word.contains('[') && part.len() <= 3 && is_number(part));
    if word.contains(['.', '[', '_']) {
        return word.split(['.', '[', ']']).filter(|part| !part.is_empty()).all(field);
    }
    let all = |word: &str, is: fn(&u8) -> bool| word.bytes().all(|byte| is(&byte));
    // `there's`, and the first word of a sentence.
    let letters = word.replacen('\'', "", 1);
    let lower = if is_first { letters.trim_start_matches(|first: char| first.is_ascii_uppercase()) } else { &letters };
    let is_lower = letters.len() - lower.len() <= 1 && all(lower, u8::is_ascii_lowercase);
    let is_short = word.len() <= 6 && (all(word, u8::is_ascii_uppercase) || is_number(word));
    word.len() <= LONGEST && (is_lower || is_short)
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_values_are_replaced() {
        let (mut pseudonyms, vocabulary) = (Pseudonyms::default(), Vocabulary::read());
        pseudonyms.of("acme", "name");
        pseudonyms.of("jane doe", "name");
        let mut replace = |text: &str| super::replace(text, &mut pseudonyms, &vocabulary);
        assert_eq!(replace("resource is not found"), "resource is not found");
        assert_eq!(replace("There's no VPC in fr-par: quota 5 of 5."), "There's no VPC in fr-par: quota 5 of 5.");
        assert_eq!(replace("lb Not Found for Jane"), "lb Not Found for value-1");
        assert_eq!(replace("invalid argument(s)"), "invalid argument(s)");
        assert_eq!(replace("name acme is already used"), "name name-1 is already used");
        assert_eq!(replace("the user jane doe cannot log in"), "the user name-2 cannot log in");
        assert_eq!(replace("field 'hunter2' and \"a b c\" and `open"), "field 'value-2' and \"value-3\" and `value-4`");
        assert_eq!(replace("rules[0].ip_range is wrong"), "rules[0].ip_range is wrong");
        assert_eq!(
            replace("no server 5ca1e3a7-fa4e-4000-8000-000000000001 at 51.15.1.2, ask Jane@acme.com"),
            "no server 00000000-0000-4000-8000-000000000001 at 203.0.113.1, ask person-1@example.com"
        );
        assert_eq!(replace("see https://acme.com/x?token=abc"), "see https://name-1.example/part-1?redacted");
        assert_eq!(replace("cannot use c2VjcmV0LXZhbHVl=="), "cannot use value-5");
    }
}
