//! The types of monitoring data, and whether they are stored.

use value::{Object, Value};

/// The data types, each with the input of its retention and the scope of the token that pushes it.
pub(crate) const SOURCES: [(&str, &str, &str); 3] = [
    ("metrics", "metricsRetentionDays", "writeMetrics"),
    ("logs", "logsRetentionDays", "writeLogs"),
    ("traces", "tracesRetentionDays", "writeTraces"),
];

/// Whether the input with this name sets a retention.
pub(crate) fn is_kept(inputs: &Object, retention: &str) -> bool {
    inputs.get(retention).and_then(Value::as_f64).is_some_and(|days| days >= 1.0)
}
