//! The runtimes of functions: the newest version of each language is available, older ones are deprecated.

use serde_json::json;

use crate::call::{Handled, ReadCall};

/// Name, language, version, handler and file extension.
const RUNTIMES: [(&str, &str, &str, &str, &str); 10] = [
    ("go126", "Go", "1.26", "Handle", "go"),
    ("go125", "Go", "1.25", "Handle", "go"),
    ("node26", "Node", "26", "handler.handle", "js"),
    ("node24", "Node", "24", "handler.handle", "js"),
    ("php85", "PHP", "8.5", "handler.run", "php"),
    ("php84", "PHP", "8.4", "handler.run", "php"),
    ("python314", "Python", "3.14", "handler.handle", "py"),
    ("python313", "Python", "3.13", "handler.handle", "py"),
    ("rust196", "Rust", "1.96", "handler", "rs"),
    ("rust185", "Rust", "1.85", "handler", "rs"),
];

pub(super) fn list(_: &mut ReadCall<'_>) -> Handled {
    let runtimes: Vec<_> = RUNTIMES
        .iter()
        .enumerate()
        .map(|(place, (name, language, version, handler, extension))| {
            json!({
                "name": name,
                "language": language,
                "version": version,
                "default_handler": handler,
                "code_sample": "",
                "status": if place % 2 == 0 { "available" } else { "deprecated" },
                "status_message": "",
                "extension": extension,
                "implementation": "",
                "logo_url": "",
            })
        })
        .collect();
    Ok(json!({ "total_count": runtimes.len(), "runtimes": runtimes }))
}
