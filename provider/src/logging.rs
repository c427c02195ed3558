//! Logs for whoever looks for a bug: lines of JSON on stderr. What users should see goes through `engine_log`.
//!
//! Only our own crates are heard: others may log what we would never.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::Arguments;
use crate::config::Environment;

const OURS: [&str; 5] = ["provider", "engine", "client", "catalog", "value"];

/// Starts logging, at the level of the flags or else of the environment.
pub(crate) fn start(arguments: &Arguments, environment: &Environment) {
    let level = level(arguments.verbosity, environment.log_level().as_deref());
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(io::stderr)
        // When stderr is closed, complaining there would be a panic.
        .log_internal_errors(false);
    let ours = Targets::new().with_targets(OURS.map(|target| (target, level)));
    // A second start, as tests make it, keeps the first one's settings.
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
