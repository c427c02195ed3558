//! Export of traces to an OpenTelemetry collector, in builds with the feature `opentelemetry`.
//!
//! Each request of Pulumi's engine is a span in the trace of the engine; requests to the API are its events. Spans contain the
//! fields of log lines, so no secrets.

use std::collections::HashMap;
use std::time::Duration;

use http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use crate::config::Environment;

/// The name of the service in traces.
const SERVICE: &str = "pulumi-resource-evalap-scaleway";
/// The time for the last spans when the process ends.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The exporter; `None` if the environment names no collector.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Starts the exporter, inside a Tokio runtime.
    pub(crate) fn start(environment: &Environment) -> Self {
        Self(environment.collector().and_then(|collector| match exporter(&collector) {
            Ok(exporter) => Some(provider(exporter)),
            Err(cause) => {
                tracing::warn!("no traces are exported: {cause}");
                None
            }
        }))
    }

    /// The layer that exports spans and their events.
    pub(crate) fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(&self) -> Option<impl Layer<S> + use<S>> {
        let provider = self.0.as_ref()?;
        Some(tracing_opentelemetry::layer().with_tracer(provider.tracer(SERVICE)))
    }

    /// Exports the last spans.
    pub(crate) fn end(self) {
        // A collector that does not respond is not an error of the deployment.
        let _ = self.0.map(|provider| provider.shutdown_with_timeout(FLUSH_TIMEOUT));
    }
}

fn exporter(collector: &str) -> Result<SpanExporter, impl std::fmt::Display + use<>> {
    SpanExporter::builder().with_tonic().with_endpoint(collector).build()
}

fn provider(exporter: SpanExporter) -> SdkTracerProvider {
    let resource = Resource::builder().with_service_name(SERVICE).build();
    SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()
}

/// Makes the span a part of the trace in the headers, if any.
pub(crate) fn set_parent(span: &Span, headers: &HeaderMap) {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers: HashMap<String, String> = headers.iter().filter_map(text).collect();
    // It fails if the span is not exported.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&headers));
}
