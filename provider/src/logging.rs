//! Logs for developers: lines of JSON on stderr. Messages for users are sent by `engine_log`.
//!
//! Only the crates of this workspace log: other crates may log secrets.

use std::io;
use std::sync::LazyLock;

use http::HeaderMap;
use rules::rng::Rng;
use tracing::Span;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::Arguments;
use crate::config::Environment;
use crate::rng::LocalRng;

const OURS: [&str; 5] = ["provider", "engine", "client", "catalog", "value"];

/// The running export of logs. Call [`Logging::end`] before the process ends.
pub(crate) struct Logging {
    #[cfg(feature = "opentelemetry")]
    traces: crate::traces::Traces,
}

/// Starts logging, with the level of the flags, else of the environment variable. Must be called inside a Tokio runtime.
pub(crate) fn start(arguments: &Arguments, environment: &Environment) -> Logging {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(io::stderr)
        // If stderr is closed, an error message would panic.
        .log_internal_errors(false);
    let level = level(arguments.verbosity, environment.log_level().as_deref());
    let registry = tracing_subscriber::registry().with(lines.with_filter(ours(level)));
    #[cfg(feature = "opentelemetry")]
    let traces = crate::traces::Traces::start(environment);
    #[cfg(feature = "opentelemetry")]
    let registry = registry.with(traces.layer().with_filter(ours(LevelFilter::INFO)));
    // A second start, in tests, keeps the settings of the first.
    let _ = registry.try_init();
    Logging {
        #[cfg(feature = "opentelemetry")]
        traces,
    }
}

fn ours(level: LevelFilter) -> Targets {
    Targets::new().with_targets(OURS.map(|target| (target, level)))
}

impl Logging {
    /// Exports the rest. Lines on stderr are not buffered.
    #[cfg_attr(not(feature = "opentelemetry"), expect(clippy::unused_self, reason = "the exporter is a feature"))]
    pub(crate) fn end(self) {
        #[cfg(feature = "opentelemetry")]
        self.traces.end();
    }
}

/// The span of a request of the engine. `correlation_id` is the trace ID of its W3C trace context, or that of this process.
pub(crate) fn span(headers: &HeaderMap) -> Span {
    let trace = headers.get("traceparent").and_then(|value| value.to_str().ok()).and_then(trace_id);
    let span = tracing::info_span!("request", correlation_id = trace.unwrap_or_else(|| PROCESS.as_str()));
    #[cfg(feature = "opentelemetry")]
    crate::traces::set_parent(&span, headers);
    span
}

/// The ID of this process in logs.
static PROCESS: LazyLock<String> = LazyLock::new(|| {
    let mut id = [0; 16];
    // Without randomness, the processes of a run have the same ID.
    let _ = LocalRng.fill(&mut id);
    hex::encode(id)
});

/// The trace ID in a `traceparent` header: version, trace ID, parent ID and flags, in hexadecimal digits.
fn trace_id(traceparent: &str) -> Option<&str> {
    let id = traceparent.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
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
    fn the_trace_id_is_read_from_a_trace_context() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_id(&format!("00-{id}-00f067aa0ba902b7-01")), Some(id));
        for wrong in ["", "00", "00-4bf9-00f0-01", "00-4bf92f3577b34da6a3ce929d0e0e473\n-00-01"] {
            assert_eq!(trace_id(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn flags_go_before_the_environment() {
        assert_eq!(level(None, None), LevelFilter::WARN);
        assert_eq!(level(None, Some("debug")), LevelFilter::DEBUG);
        assert_eq!(level(None, Some("everything!")), LevelFilter::WARN);
        assert_eq!(level(Some(1), Some("trace")), LevelFilter::INFO);
        assert_eq!(level(Some(9), None), LevelFilter::TRACE);
    }
}
