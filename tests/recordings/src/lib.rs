//! Test suites that compare the code with recorded data. The data is kept beside the repository, not in it.
//!
//! Without its data a test is reported as ignored, and the suite prints how many tests were skipped and how to get the
//! data. With `REQUIRE_RECORDINGS` set, as in continuous integration, the test fails instead. `directories.yaml` lists the
//! recordings of JSON APIs. The tests of the fake and those of the client read them here; what a request means is decided
//! on each side.

mod recording;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde::Deserialize;

pub use recording::{Exchange, Line, Recording, lines, parameters, recordings};

/// If this environment variable is set and not empty, a test without its data fails.
pub const REQUIRE: &str = "REQUIRE_RECORDINGS";

const HOW_TO_GET: &str = "see \"Recordings\" in CONTRIBUTING.md";

/// The tests of one target that is built with `harness = false`.
#[derive(Default)]
pub struct Suite {
    tests: Vec<Trial>,
    skipped: Arc<AtomicUsize>,
}

impl Suite {
    /// Adds a test that reads a file or folder below `shared`, such as `traffic`; `run` gets its path.
    #[must_use]
    pub fn test(mut self, name: &str, needs: &'static str, run: fn(&Path)) -> Self {
        let skipped = Arc::clone(&self.skipped);
        self.tests.push(Trial::ignorable_test(name, move || {
            let completion = complete(needs, find(needs), is_required(), run);
            if matches!(completion, Ok(Completion::Ignored { .. })) {
                skipped.fetch_add(1, Ordering::Relaxed);
            }
            completion
        }));
        self
    }

    /// Runs the tests that the command line selects, as `cargo test` does.
    pub fn run(self) -> ExitCode {
        let ended = libtest_mimic::run(&Arguments::from_args(), self.tests);
        let skipped = self.skipped.load(Ordering::Relaxed);
        if skipped > 0 {
            // Nothing depends on whether this line can be written.
            let _ = writeln!(io::stderr(), "{skipped} tests skipped: no recordings in ../shared; {HOW_TO_GET}\n");
        }
        ended.exit_code()
    }
}

/// A directory of recorded requests to JSON APIs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Directory {
    /// Its path below `shared`, such as `traffic/registry`.
    pub directory: String,
    /// Why its requests are not compared with those of the engine.
    pub requests_differ: Option<String>,
}

/// The directories of `directories.yaml`.
///
/// # Panics
/// If the file, which is part of the crate, has an error.
pub fn directories() -> Vec<Directory> {
    serde_saphyr::from_str(include_str!("../directories.yaml"))
        .unwrap_or_else(|error| panic!("directories.yaml: {error}"))
}

/// The outcome of a test, given where its data is and whether it has to be there.
fn complete(needs: &str, found: Option<PathBuf>, required: bool, run: fn(&Path)) -> Result<Completion, Failed> {
    let missing = || format!("../shared/{needs} is missing; {HOW_TO_GET}");
    match found {
        Some(path) => {
            run(&path);
            Ok(Completion::Completed)
        }
        None if required => Err(format!("{} ({REQUIRE} is set)", missing()).into()),
        None => Ok(Completion::ignored_with(missing())),
    }
}

/// A file or folder below the folder `shared` beside the repository, if it exists.
fn find(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    found.exists().then_some(found)
}

#[expect(clippy::disallowed_methods, reason = "no configuration of the plugin: the caller of the tests decides")]
fn is_required() -> bool {
    env::var_os(REQUIRE).is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn fails(_: &Path) {
        panic!("the test was run");
    }

    #[test]
    fn test_with_recordings_is_run() {
        let here = Some(PathBuf::from("/"));
        assert!(catch_unwind(|| complete("traffic", here, false, fails)).is_err());
    }

    #[test]
    fn test_without_recordings_is_ignored_with_the_reason() {
        let Ok(Completion::Ignored { reason: Some(reason) }) = complete("traffic", None, false, fails) else {
            panic!("the test is not ignored");
        };
        assert!(reason.contains("../shared/traffic is missing") && reason.contains("CONTRIBUTING.md"), "{reason}");
    }

    #[test]
    fn test_without_recordings_fails_where_they_are_required() {
        let failed =
            complete("traffic", None, true, fails).err().and_then(|failed| failed.message().map(str::to_owned));
        assert!(failed.is_some_and(|message| message.contains(REQUIRE)));
    }

    #[test]
    fn missing_file_is_not_found() {
        assert_eq!(find("there is no such folder"), None);
    }
}
