//! Traces that the plugin exports to an OpenTelemetry collector, in builds with the feature `opentelemetry`.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::trace::v1::Span;
use pulumi_rpc::pulumirpc as rpc;
use scaleway_fake::Fake;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

use crate::plugin::{CANARY, Plugin, urn};

const NAMESPACE: &str = "registry/namespace:Namespace";
const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID: &str = "00f067aa0ba902b7";

/// A collector that passes on what it receives.
struct Collector(mpsc::UnboundedSender<Span>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let spans = resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans);
        for span in spans {
            self.0.send(span).unwrap();
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_the_engine_are_spans_of_its_trace() {
    let (sender, mut spans) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = tonic::transport::Server::builder().add_service(TraceServiceServer::new(Collector(sender)));
    tokio::spawn(service.serve_with_incoming(TcpListenerStream::new(listener)));

    let fake = Fake::builder().start().await.unwrap();
    let mut plugin = Plugin::with_environment(&fake, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &address)]).await;
    let inputs = plugin.check(NAMESPACE, None, &json!({ "name": "main" })).await;
    let request = rpc::CreateRequest { urn: urn(NAMESPACE), properties: Some(inputs), ..Default::default() };
    let mut request = Request::new(request);
    let context = format!("00-{TRACE_ID}-{PARENT_ID}-01");
    request.metadata_mut().insert("traceparent", context.parse().unwrap());
    plugin.client.create(request).await.unwrap();
    plugin.interrupt();

    let (mut requests, mut calls) = (Vec::new(), Vec::new());
    while requests.is_empty() || calls.is_empty() {
        let next = tokio::time::timeout(Duration::from_secs(20), spans.recv()).await;
        let span = next.unwrap_or_else(|_| panic!("the last spans are not exported: {}", plugin.log())).unwrap();
        assert!(!format!("{span:?}").contains(CANARY), "{span:?}");
        if hex::encode(&span.trace_id) == TRACE_ID {
            if span.name == "request" { &mut requests } else { &mut calls }.push(span);
        }
    }
    assert_eq!(hex::encode(&requests[0].parent_span_id), PARENT_ID);
    let shown = format!("{:?}", calls[0]);
    assert!(shown.contains(&urn(NAMESPACE)) && shown.contains("CreateNamespace"), "{shown}");
}
