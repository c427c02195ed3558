//! `Client::send` with a scripted network: which calls are retried, which are not, and which errors the caller gets.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::time::Duration;

use client::testing::{ManualClock, ScriptedTransport, Step};
use client::{
    Call, CancellationToken, Client, Clock, Credentials, Error, Kind, Method, Repeatable, Response, Settings, Url,
};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);

/// A client with a scripted network, and a clock on which short sleeps end immediately.
struct Stage {
    client: Client,
    network: ScriptedTransport,
    clock: ManualClock,
    cancel: CancellationToken,
}

fn stage(steps: impl IntoIterator<Item = Step>) -> Stage {
    stage_with(ManualClock::skipping(SECOND * 31), steps)
}

fn stage_with(clock: ManualClock, steps: impl IntoIterator<Item = Step>) -> Stage {
    let network = ScriptedTransport::new(steps);
    let cancel = CancellationToken::new();
    let settings = Settings::new(Url::parse("https://api.example.com").unwrap())
        .credentials(Credentials::new("SCWEXAMPLE", "canary-key"))
        .clock(Arc::new(clock.clone()))
        .transport(Arc::new(network.clone()))
        .cancel(cancel.clone())
        .seed(1);
    Stage { client: Client::new(settings), network, clock, cancel }
}

fn call(method: Method) -> Call {
    Call::new(method, "/things", &[]).unwrap()
}

fn ok() -> Step {
    Step::response(200, &json!({"id": "i"}))
}

fn status(status: u16) -> Step {
    Step::response(status, &Value::Null)
}

/// Sends a call over a network with these steps; returns the result and the number of requests.
async fn send(call: Call, steps: impl IntoIterator<Item = Step>) -> (Result<Response, Error>, usize) {
    let stage = stage(steps);
    let result = stage.client.send(call).await;
    (result, stage.network.sent().len())
}

#[tokio::test]
async fn an_ambiguous_response_is_retried_only_for_repeatable_calls() {
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let (result, sent) = send(call(method.clone()), [Step::Lost, ok()]).await;
        assert_eq!((result.unwrap().attempts, sent), (2, 2), "{method}");
    }
    for method in [Method::POST, Method::PATCH] {
        let (result, sent) = send(call(method.clone()), [Step::Lost, ok()]).await;
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        assert!(error.is_ambiguous());
        assert_eq!(sent, 1, "{method}");
    }
    let (result, sent) = send(call(Method::PATCH).repeatable(Repeatable::Yes), [Step::Lost, ok()]).await;
    assert!(result.is_ok());
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn a_call_that_was_not_sent_is_retried() {
    let (result, sent) = send(call(Method::POST), [Step::Unsent, status(429), Step::Unsent, ok()]).await;
    assert_eq!((result.unwrap().attempts, sent), (4, 4));
}

#[tokio::test]
async fn a_truncated_response_is_ambiguous() {
    let cut = || {
        let Step::Response(mut response) = ok() else { unreachable!() };
        *response.body_mut() = (&br#"{"id": "#[..]).into();
        Step::Response(response)
    };
    let (result, sent) = send(call(Method::GET), [cut(), ok()]).await;
    assert_eq!((result.unwrap().attempts, sent), (2, 2));

    let (result, sent) = send(call(Method::POST), [cut(), ok()]).await;
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Decode(_)) && error.is_ambiguous(), "{error:?}");
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn an_unknown_outcome_of_an_earlier_attempt_is_reported() {
    let (result, _) = send(call(Method::DELETE), [Step::Lost, status(403)]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Denied));
    assert!(error.is_ambiguous());
}

#[tokio::test]
async fn a_call_ends_at_its_total_timeout() {
    let stage = stage((0..1000).map(|_| status(503)));
    let start = stage.clock.now();
    let settings = Settings::new(Url::parse("https://api.example.com").unwrap())
        .clock(Arc::new(stage.clock.clone()))
        .transport(Arc::new(stage.network.clone()))
        .timeouts(SECOND * 60, SECOND * 90)
        .max_retries(1000)
        .seed(1);

    let error = Client::new(settings).send(call(Method::GET)).await.unwrap_err();

    assert!(stage.clock.now() - start <= SECOND * 90);
    assert!(matches!(error, Error::Api(_) | Error::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn error_responses_for_single_calls_do_not_open_the_breaker() {
    let missing = serde_json::json!({ "type": "not_found", "message": "resource is not found" });
    let stage = stage((0..50).map(|_| Step::response(404, &missing)));
    for _ in 0..50 {
        stage.clock.advance(SECOND);
        assert!(stage.client.send(call(Method::GET)).await.unwrap_err().kind() == Some(Kind::NotFound));
    }
}

#[tokio::test]
async fn a_cancellation_ends_a_pause_between_attempts() {
    // The clock is not advanced, so the pause after the failure lasts until the cancellation.
    let stage = stage_with(ManualClock::new(), [status(503), ok()]);
    let (result, ()) = tokio::join!(stage.client.send(call(Method::GET)), async {
        while stage.network.sent().is_empty() {
            tokio::task::yield_now().await;
        }
        stage.cancel.cancel();
    });
    assert!(matches!(result, Err(Error::Cancelled(_))), "{result:?}");
    assert_eq!(stage.network.sent().len(), 1);
}

#[tokio::test]
async fn a_cancelled_create_waits_a_short_time_for_its_response() {
    let stage = stage_with(ManualClock::new(), [Step::Hang]);
    let create = stage.client.send(call(Method::POST));
    tokio::pin!(create);
    assert!(is_pending(&mut create).await);
    stage.cancel.cancel();
    assert!(is_pending(&mut create).await, "the response may still arrive");
    stage.clock.advance(SECOND * 2);
    let error = create.await.unwrap_err();
    assert!(matches!(error, Error::Cancelled(_)) && error.is_ambiguous(), "{error:?}");
    assert_eq!(error.to_string(), "the operation was cancelled, so it is unknown whether the change was made");
}

/// Whether a future is pending after it was polled.
async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::select! {
        biased;
        _ = future => false,
        () = tokio::task::yield_now() => true,
    }
}

#[tokio::test]
async fn a_cancellation_ends_a_pause_of_the_caller() {
    let stage = stage_with(ManualClock::new(), []);
    stage.cancel.cancel();
    assert!(matches!(stage.client.pause(SECOND).await, Err(Error::Cancelled(_))));
}

#[tokio::test]
async fn a_list_has_a_maximum_number_of_pages() {
    let page = || Step::response(200, &json!({"things": [1], "total_count": 5000}));
    let stage = stage((0..2000).map(|_| page()));
    let error = stage.client.list(call(Method::GET), "things").await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert_eq!(stage.network.sent().len(), 1, "the first page shows how many there are");
}

#[tokio::test]
async fn extreme_settings_do_not_panic() {
    for (time, rate, requests) in [(Duration::MAX, 1e-300, 0), (Duration::MAX, f64::MAX, usize::MAX)] {
        let settings = Settings::new(Url::parse("https://api.example.com").unwrap())
            .transport(Arc::new(ScriptedTransport::new([status(429), ok()])))
            .timeouts(time, time)
            .requests_per_second(rate)
            .max_concurrent_requests(requests)
            .max_retries(0);
        let error = Client::new(settings).send(call(Method::GET)).await.unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Throttled), "{rate}");
    }
}

#[tokio::test]
async fn a_secret_key_that_is_invalid_in_a_header_is_rejected_before_sending() {
    let network = ScriptedTransport::new([ok()]);
    let settings = Settings::new(Url::parse("https://api.example.com").unwrap())
        .credentials(Credentials::new("SCWEXAMPLE", "canary\nkey"))
        .transport(Arc::new(network.clone()));
    let error = Client::new(settings).send(call(Method::GET)).await.unwrap_err();
    assert!(matches!(error, Error::Build(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert_eq!(network.sent().len(), 0);
}
