//! Rust sources: by path, without comments and without unit tests.

use std::path::PathBuf;

use tests::places;

/// A source file.
pub(crate) struct Source {
    /// Its path inside the project, with slashes.
    pub(crate) path: String,
    /// Its complete text.
    pub(crate) text: String,
}

impl Source {
    /// Whether the file contains only tests.
    pub(crate) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.contains("/tests/")
            || self.path.starts_with("tests/")
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
    }

    /// Whether the file is a build script.
    pub(crate) fn is_build_script(&self) -> bool {
        self.path.ends_with("/build.rs")
    }

    /// The lines of code with their numbers, without comments, up to the unit tests at the end.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The lines with their numbers, up to the unit tests at the end. A test module in a file of its own may be declared above.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<(usize, &str)> = self.text.lines().enumerate().map(|(index, line)| (index + 1, line)).collect();
        let is_test = |index: usize| lines.get(index).is_some_and(|(_, line)| *line == "#[cfg(test)]");
        let is_declaration =
            |index: usize| lines.get(index).is_some_and(|(_, line)| line.starts_with("mod ") && line.ends_with(';'));
        let end = (0..lines.len()).find(|&index| is_test(index) && !is_declaration(index + 1)).unwrap_or(lines.len());
        let of_tests = |index: usize| is_test(index) || (is_declaration(index) && index > 0 && is_test(index - 1));
        let body: Vec<(usize, &str)> =
            lines[..end].iter().enumerate().filter(|(index, _)| !of_tests(*index)).map(|(_, line)| *line).collect();
        body.into_iter()
    }

    /// The places in the code that contain one of these strings.
    pub(crate) fn naming(&self, words: &[&str]) -> Vec<String> {
        let named = self.code().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        named.map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim())).collect()
    }
}

/// All Rust sources below a directory of the project, without build output.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let project = places::project();
    let read = |file: PathBuf| {
        let path = file.strip_prefix(&project).unwrap().to_string_lossy().replace('\\', "/");
        Source { path, text: places::text(&file) }
    };
    let found: Vec<Source> = places::files(&project.join(folder), ".rs").into_iter().map(read).collect();
    assert!(!found.is_empty(), "there are sources in {folder}");
    found
}

/// Fails with all places that violate a rule.
pub(crate) fn assert_none(rule: &str, places: &[String]) {
    assert!(places.is_empty(), "{rule}:\n  {}", places.join("\n  "));
}
