//! Logs for developers: lines of JSON on stderr. Messages for users are sent by `engine_log`.
//!
//! Only the crates of this workspace log: other crates may log secrets.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::Arguments;
use crate::config::Environment;

const OURS: [&str; 5] = ["provider", "engine", "client", "catalog", "value"];

/// Starts logging, with the level of the flags, else of the environment variable.
pub(crate) fn start(arguments: &Arguments, environment: &Environment) {
    let level = level(arguments.verbosity, environment.log_level().as_deref());
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(io::stderr)
        // If stderr is closed, an error message would panic.
        .log_internal_errors(false);
    let ours = Targets::new().with_targets(OURS.map(|target| (target, level)));
    // A second start, in tests, keeps the settings of the first.
    let _ = tracing_subscriber::registry().with(ours).with(lines).try_init();
}

fn level(verbosity: Option<u8>, variable: Option<&str>) -> LevelFilter {
    match (verbosity, variable) {
        (Some(1..=3), _) => LevelFilter::INFO,
        (Some(4..=8), _) => LevelFilter::DEBUG,
        (Some(9..), _) => LevelFilter::TRACE,
        (None, Some(text)) => text.parse().unwrap_or(LevelFilter::WARN),
        (Some(0), _) | (None, None) => LevelFilter::WARN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_environment() {
        assert_eq!(level(None, None), LevelFilter::WARN);
        assert_eq!(level(None, Some("debug")), LevelFilter::DEBUG);
        assert_eq!(level(None, Some("everything!")), LevelFilter::WARN);
        assert_eq!(level(Some(1), Some("trace")), LevelFilter::INFO);
        assert_eq!(level(Some(9), None), LevelFilter::TRACE);
    }
}
