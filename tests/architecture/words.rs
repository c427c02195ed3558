//! Banned calls, and the files that may use them.

use tests::places;

use crate::source::{assert_none, sources};

/// Calls that clippy must reject: the environment, time and randomness are arguments.
const BANNED: &[&str] = &[
    "std::env::var",
    "std::env::set_var",
    "std::env::remove_var",
    "std::thread::sleep",
    "std::time::SystemTime::now",
    "jiff::Timestamp::now",
    "tokio::time::sleep",
    "tokio::time::sleep_until",
    "tokio::time::interval",
    "fastrand::Rng::new",
    "reqwest::Client::new",
    "reqwest::Client::builder",
    "reqwest::get",
];

/// Files that may use banned calls, with the reason.
const ALLOWED: &[(&str, &str)] = &[
    ("api/build.rs", "the output directory of cargo"),
    ("fake/build.rs", "the output directory of cargo"),
    ("fake/src/clock.rs", "the fake's clock"),
    ("fake/src/main.rs", "the token of remote clients"),
    (
        "fake/src/record/forward.rs",
        "the HTTP client of recordings, because the fake shares no code with the plugin's client",
    ),
    ("fake/tests/http/client.rs", "a client to test the fake with"),
    ("fake/tests/http/sign.rs", "signatures with the current time"),
    ("fake/tests/http/storage.rs", "a client to test the fake with"),
    ("fake/tests/recordings/page.rs", "a setting of the test"),
    ("fake/tests/recordings/replay.rs", "a client to test the fake with"),
    ("fake/tests/recordings/storage.rs", "a client to test the fake with"),
    ("provider/build.rs", "the output directory of cargo"),
    ("provider/client/src/clock.rs", "the client's clock"),
    ("provider/client/src/transport.rs", "the one HTTP client"),
    ("provider/src/config.rs", "the environment"),
    ("provider/src/config/tests.rs", "a setting of the test"),
    ("tests/architecture/words.rs", "this list"),
    ("tests/recordings/src/lib.rs", "a setting of the tests"),
    ("tests/rpc/once.rs", "a setting of the test"),
    ("tests/fuzz/main.rs", "a setting of the test"),
    ("tests/rpc/plugin.rs", "a setting of the test"),
    ("tests/schedules/main.rs", "a setting of the test"),
    ("tests/simulation/main.rs", "a setting of the test"),
];

#[test]
fn calls_with_a_replacement_stay_banned() {
    let list = places::text(&places::project().join("clippy.toml"));
    let missing: Vec<&&str> = BANNED.iter().filter(|call| !list.contains(&format!("path = \"{call}\""))).collect();
    assert!(missing.is_empty(), "clippy.toml does not ban {missing:?}");
}

#[test]
fn banned_calls_are_used_only_in_listed_files() {
    let word = "clippy::disallowed_methods";
    let folders = ["api", "fake", "proto", "provider", "schema", "tests"];
    let elsewhere: Vec<String> = folders
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|source| !ALLOWED.iter().any(|(path, _)| *path == source.path))
        .flat_map(|source| {
            let lines = source.text.lines().enumerate().filter(|(_, line)| line.contains(word));
            lines.map(|(index, _)| format!("{}:{}", source.path, index + 1)).collect::<Vec<_>>()
        })
        .collect();
    assert_none("a banned call is used in a file that is not listed", &elsewhere);
}

#[test]
fn no_test_sleeps() {
    let words = ["thread::sleep", "time::sleep"];
    let folders = ["api", "fake", "proto", "provider", "schema", "tests"];
    // The two clocks, and the lists above.
    let allowed = ["fake/src/clock.rs", "provider/client/src/clock.rs", "tests/architecture/words.rs"];
    let sleeping: Vec<String> = folders
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|source| !allowed.contains(&source.path.as_str()))
        .flat_map(|source| {
            let lines = source.text.lines().enumerate();
            let lines = lines.filter(|(_, line)| words.iter().any(|word| line.contains(word)));
            lines.map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert_none("a test sleeps", &sleeping);
}
