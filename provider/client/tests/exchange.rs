//! HTTP requests of the client and its interpretation of scripted responses.
#![allow(clippy::unwrap_used, missing_docs)]

use std::error::Error as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use client::testing::ManualClock;
use client::{Call, CancellationToken, Client, Credentials, Error, Kind, Method, Settings, Url};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, Times};

/// Settings with a clock on which pauses end immediately, and timeouts only when a test advances the clock.
fn settings(server: &MockServer) -> Settings {
    Settings::new(Url::parse(&server.uri()).unwrap())
        .credentials(Credentials::new("SCWEXAMPLE", "canary-secret-key"))
        .clock(Arc::new(ManualClock::skipping(Duration::from_secs(31))))
        .seed(1)
}

fn call(method: Method) -> Call {
    Call::new(method, "/product/v1/things", &[]).unwrap()
}

/// Responds to the first `times` requests of a method with a status and an empty body.
async fn failing(server: &MockServer, verb: &str, status: u16, times: u64) {
    let answer = ResponseTemplate::new(status);
    Mock::given(method(verb)).respond_with(answer).up_to_n_times(times).expect(times).mount(server).await;
}

async fn answering(server: &MockServer, verb: &str, body: Value, times: impl Into<Times>) {
    let answer = ResponseTemplate::new(200).set_body_json(body).insert_header("X-Request-Id", "r1");
    Mock::given(method(verb)).respond_with(answer).expect(times).mount(server).await;
}

#[tokio::test]
async fn a_call_is_authenticated_and_its_response_decoded() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/base/product/v1/things/a%2Fb"))
        .and(query_param("filter", "x y&z"))
        .and(header("X-Auth-Token", "canary-secret-key"))
        .and(header("User-Agent", "tester/1"))
        .and(header("Accept", "application/json"))
        .and(header("Content-Type", "application/json"))
        .and(body_json(json!({"name": "n"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "i"})).insert_header("X-Request-Id", "r1"))
        .expect(1)
        .mount(&server)
        .await;
    let mut settings = settings(&server).user_agent("tester/1");
    settings.api_url.set_path("/base/");
    let call = Call::new(Method::POST, "/product/v1/things/{id}", &[("id", "a/b")])
        .unwrap()
        .query("filter", "x y&z")
        .body(json!({"name": "n"}));

    let answer = Client::new(settings).send(call).await.unwrap();

    assert_eq!((answer.status, answer.attempts), (200, 1));
    assert_eq!(answer.body, json!({"id": "i"}));
    assert_eq!(answer.request_id.as_deref(), Some("r1"));
}

#[tokio::test]
async fn without_credentials_and_body_their_headers_are_absent() {
    let server = MockServer::start().await;
    let bare = |request: &Request| {
        !request.headers.contains_key("x-auth-token") && !request.headers.contains_key("content-type")
    };
    Mock::given(bare).respond_with(ResponseTemplate::new(204)).expect(1).mount(&server).await;
    let mut settings = settings(&server);
    settings.credentials = None;

    let answer = Client::new(settings).send(call(Method::DELETE)).await.unwrap();

    assert_eq!((answer.status, answer.body), (204, Value::Null));
}

#[tokio::test]
async fn a_read_is_retried_until_the_server_responds() {
    let server = MockServer::start().await;
    failing(&server, "GET", 503, 2).await;
    answering(&server, "GET", json!({"id": "i"}), 1).await;
    let client = Client::new(settings(&server));

    let answer = client.send(call(Method::GET)).await.unwrap();

    assert_eq!(answer.attempts, 3);
    let counters = client.counters();
    assert_eq!((counters.requests, counters.retries, counters.lost), (3, 2, 0));
    assert_eq!((counters.by_class[5], counters.by_class[2]), (2, 1));
}

#[tokio::test]
async fn a_429_without_a_body_is_retried_even_for_a_create() {
    let server = MockServer::start().await;
    failing(&server, "POST", 429, 2).await;
    answering(&server, "POST", json!({"id": "i"}), 1).await;
    let client = Client::new(settings(&server));

    let answer = client.send(call(Method::POST)).await.unwrap();

    assert_eq!(answer.attempts, 3);
    assert_eq!(client.counters().throttled, 2);
}

#[tokio::test]
async fn retry_after_delays_the_retry() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(429).insert_header("Retry-After", "17");
    Mock::given(method("GET")).respond_with(answer).up_to_n_times(1).mount(&server).await;
    answering(&server, "GET", json!({}), 1).await;
    let clock = ManualClock::skipping(Duration::from_secs(31));

    Client::new(settings(&server).clock(Arc::new(clock.clone()))).send(call(Method::GET)).await.unwrap();

    assert!(clock.slept().iter().sum::<Duration>() >= Duration::from_secs(17), "{:?}", clock.slept());
}

#[tokio::test]
async fn a_retry_after_longer_than_the_time_limit_ends_the_call() {
    for seconds in ["86400", "18446744073709551615"] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(429).insert_header("Retry-After", seconds);
        Mock::given(method("GET")).respond_with(answer).expect(1).mount(&server).await;
        let error = Client::new(settings(&server)).send(call(Method::GET)).await.unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Throttled), "{seconds}");
    }
}

#[tokio::test]
async fn a_create_is_not_retried_after_a_server_error() {
    let server = MockServer::start().await;
    failing(&server, "POST", 502, 1).await;

    let error = Client::new(settings(&server)).send(call(Method::POST)).await.unwrap_err();

    assert_eq!(error.kind(), Some(Kind::Broken));
    assert!(error.is_ambiguous());
}

#[tokio::test]
async fn client_errors_are_not_retried() {
    for (status, kind) in [
        (400, Kind::Invalid),
        (401, Kind::Unauthenticated),
        (403, Kind::Denied),
        (409, Kind::Busy),
        (412, Kind::Conflict),
    ] {
        let server = MockServer::start().await;
        failing(&server, "GET", status, 1).await;
        let error = Client::new(settings(&server)).send(call(Method::GET)).await.unwrap_err();
        assert_eq!(error.kind(), Some(kind), "{status}");
        assert!(!error.is_ambiguous(), "{status}");
    }
}

#[tokio::test]
async fn a_404_without_scaleways_body_is_retried_twice_and_names_the_host() {
    let server = MockServer::start().await;
    failing(&server, "GET", 404, 3).await;

    let error = Client::new(settings(&server)).send(call(Method::GET)).await.unwrap_err();

    assert_eq!(error.kind(), Some(Kind::Foreign));
    let text = error.to_string();
    assert!(text.contains("127.0.0.1 responded without Scaleway's error body (HTTP 404"), "{text}");
    assert!(error.help().unwrap().contains("SCW_API_URL"));
}

#[tokio::test]
async fn retries_have_a_maximum() {
    let server = MockServer::start().await;
    failing(&server, "GET", 500, 3).await;

    let error = Client::new(settings(&server).max_retries(2)).send(call(Method::GET)).await.unwrap_err();

    assert_eq!(error.kind(), Some(Kind::Broken));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(302).insert_header("Location", "/elsewhere");
    Mock::given(path("/product/v1/things")).respond_with(answer).expect(1).mount(&server).await;
    Mock::given(path("/elsewhere")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&server).await;

    let error = Client::new(settings(&server)).send(call(Method::GET)).await.unwrap_err();

    assert_eq!(error.api().map(client::ApiError::status), Some(302));
    assert!(error.to_string().contains("the response is a redirect"), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("apiUrl")), "{:?}", error.help());
}

#[tokio::test]
async fn a_response_that_is_too_large_is_an_error_without_retry() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_bytes(vec![b' '; (16 << 20) + 1]);
    Mock::given(method("GET")).respond_with(answer).expect(1).mount(&server).await;

    let error = Client::new(settings(&server)).send(call(Method::GET)).await.unwrap_err();

    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert_eq!(error.to_string(), "Scaleway's response cannot be decoded: it is larger than 16 MiB");
}

#[tokio::test]
async fn a_tls_error_has_a_hint_and_is_not_retried() {
    let server = MockServer::start().await;
    let url = Url::parse(&server.uri().replace("http:", "https:")).unwrap();
    let clock = Arc::new(ManualClock::skipping(Duration::from_secs(31)));
    let client = Client::new(Settings::new(url).clock(clock).insecure(true));

    let error = client.send(call(Method::GET)).await.unwrap_err();

    assert!(matches!(error, Error::Connect(_)) && !error.is_ambiguous(), "{error:?}");
    assert!(error.help().is_some_and(|help| help.ends_with("TLS failed.")), "{:?} {:?}", error.help(), error.source());
    assert_eq!(client.counters().requests, 1, "it is not retried");
}

/// A server may close an idle connection at the moment when the next request is sent.
#[tokio::test]
async fn calls_that_are_not_repeatable_use_a_new_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let connections = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                let mut request = [0; 4096];
                while let Ok(1..) = stream.read(&mut request).await {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                }
            });
        }
    });
    let client = Client::new(Settings::new(url));
    let opened = || connections.load(std::sync::atomic::Ordering::Relaxed);
    for _ in 0..3 {
        client.send(call(Method::GET)).await.unwrap();
    }
    assert_eq!(opened(), 1, "reads share a connection");
    for _ in 0..3 {
        client.send(call(Method::POST)).await.unwrap();
    }
    assert_eq!(opened(), 4);
}

#[tokio::test]
async fn a_response_that_is_not_json_is_an_error() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_string("<html>").insert_header("X-Request-Id", "r1");
    Mock::given(method("POST")).respond_with(answer).expect(1).mount(&server).await;

    let error = Client::new(settings(&server)).send(call(Method::POST)).await.unwrap_err();

    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert!(error.is_ambiguous());
    assert_eq!(error.to_string(), "Scaleway's response cannot be decoded: it is not JSON (request r1)");
}

#[tokio::test]
async fn the_error_of_an_unreachable_host_contains_its_name() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let clock = ManualClock::skipping(Duration::from_secs(31));
    let client = Client::new(Settings::new(Url::parse(&url).unwrap()).clock(Arc::new(clock)).max_retries(3));

    let error = client.send(call(Method::POST)).await.unwrap_err();

    assert!(matches!(error, Error::Connect(_)), "{error:?}");
    assert!(!error.is_ambiguous(), "nothing was sent");
    assert_eq!(error.to_string(), "127.0.0.1 cannot be reached");
    assert!(error.source().unwrap().to_string().starts_with("Connection refused"), "{:?}", error.source());
    assert!(error.help().is_some());
    assert_eq!(client.counters().requests, 4, "a create may be retried if it was not sent");
}

#[tokio::test]
async fn an_attempt_without_a_response_times_out() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_hours(1));
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    let clock = ManualClock::new();
    let client = Client::new(settings(&server).clock(Arc::new(clock.clone())));

    let (result, ()) = tokio::join!(client.send(call(Method::POST)), async {
        received(&server).await;
        clock.advance(Duration::from_mins(1));
    });

    let error = result.unwrap_err();
    assert!(matches!(error, Error::TimedOut(_)), "{error:?}");
    assert!(error.is_ambiguous());
    assert_eq!(
        error.to_string(),
        "127.0.0.1 did not respond within 60 s, so it is unknown whether the change was made"
    );
}

#[tokio::test]
async fn a_cancellation_ends_a_read_immediately() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_hours(1));
    Mock::given(method("GET")).respond_with(answer).mount(&server).await;
    let cancel = CancellationToken::new();
    let client = Client::new(settings(&server).clock(Arc::new(ManualClock::new())).cancel(cancel.clone()));

    let (result, ()) = tokio::join!(client.send(call(Method::GET)), async {
        received(&server).await;
        cancel.cancel();
    });

    assert!(matches!(result, Err(Error::Cancelled(_))), "{result:?}");
    let result = client.send(call(Method::GET)).await;
    assert!(matches!(result, Err(Error::Cancelled(_))), "no request is sent after a cancellation: {result:?}");
    assert_eq!(client.counters().requests, 1);
}

/// Waits until the server has received a request.
async fn received(server: &MockServer) {
    while server.received_requests().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn all_pages_of_a_list_are_read() {
    let server = MockServer::start().await;
    for (page, ids) in [("1", vec![1, 2]), ("2", vec![3, 4]), ("3", vec![5])] {
        Mock::given(query_param("page", page))
            .and(query_param("page_size", "100"))
            .and(query_param("order_by", "created_at_asc"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"things": ids, "total_count": 5})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let call = call(Method::GET).query("order_by", "created_at_asc");

    let things = Client::new(settings(&server)).list(call, "things").await.unwrap();

    assert_eq!(things, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_list_ends_at_its_count_or_an_empty_page() {
    for (body, expected) in [
        (json!({"things": [], "total_count": 0}), 0),
        (json!({"things": null, "total_count": 0}), 0),
        (json!({"things": [], "total_count": 7}), 0),
        (json!({"things": [1, 2]}), 2),
        (json!({"things": [1, 2, 3], "total_count": 2}), 3),
    ] {
        let server = MockServer::start().await;
        answering(&server, "GET", body.clone(), 1).await;
        let things = Client::new(settings(&server)).list(call(Method::GET), "things").await.unwrap();
        assert_eq!(things.len(), expected, "{body}");
    }
}

#[tokio::test]
async fn a_list_without_its_field_is_an_error() {
    let counted = json!({"things": null, "total_count": 2});
    for body in [json!({"total_count": 2}), json!([]), json!({"things": {}}), json!({"things": null}), counted] {
        let server = MockServer::start().await;
        answering(&server, "GET", body.clone(), 1).await;
        let error = Client::new(settings(&server)).list(call(Method::GET), "things").await.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{body}: {error:?}");
        assert!(error.to_string().contains("no list \"things\""), "{error}");
    }
}

/// Pagination of Object Storage: a response contains the token of the next page, and no field for an empty list.
#[tokio::test]
async fn a_list_of_object_storage_continues_with_the_returned_token() {
    let (server, calls) = (MockServer::start().await, [None, Some("a b/+")]);
    let page = |inside: &str| {
        let body = format!("<ListBucketResult>{inside}</ListBucketResult>");
        ResponseTemplate::new(200).set_body_raw(body, "application/xml")
    };
    let (first, second) = (
        "<IsTruncated>true</IsTruncated><NextContinuationToken>a b/+</NextContinuationToken>\
         <Contents><Key>a b/+</Key></Contents>",
        "<IsTruncated>false</IsTruncated><Contents><Key>c</Key></Contents><Contents><Key>d/</Key></Contents>",
    );
    for (token, answer) in calls.into_iter().zip([first, second]) {
        let begins = move |request: &Request| {
            let query: Vec<_> = request.url.query_pairs().collect();
            query.iter().find(|(name, _)| name == "continuation-token").map(|(_, token)| &**token) == token
        };
        Mock::given(query_param("list-type", "2"))
            .and(begins)
            .respond_with(page(answer))
            .expect(1)
            .mount(&server)
            .await;
    }

    let keys = Client::new(settings(&server)).list(objects("full"), "contents").await.unwrap();
    assert_eq!(keys, [json!({"key": "a b/+"}), json!({"key": "c"}), json!({"key": "d/"})]);

    let other = MockServer::start().await;
    Mock::given(path("/empty")).respond_with(page("<IsTruncated>false</IsTruncated>")).mount(&other).await;
    Mock::given(path("/endless")).respond_with(page("<IsTruncated>true</IsTruncated>")).mount(&other).await;
    let client = Client::new(settings(&other));
    assert!(client.list(objects("empty"), "contents").await.unwrap().is_empty());
    let error = client.list(objects("endless"), "contents").await.unwrap_err();
    assert!(error.to_string().contains("has no `NextContinuationToken`"), "{error}");
}

/// A call that lists the objects of a bucket.
fn objects(bucket: &str) -> Call {
    let text = |name: &str| json!({"name": name});
    let key = json!({"name": "Contents", "kind": {"object": {"key": text("Key")}}});
    let fields = json!({
        "is_truncated": {"name": "IsTruncated", "kind": "boolean"},
        "next_continuation_token": text("NextContinuationToken"),
        "contents": {"kind": {"flat": key}},
    });
    let answer = json!({"response": {"xml": {"name": "ListBucketResult", "kind": {"object": fields}}}});
    let shape = serde_json::from_value(answer).unwrap();
    let storage = client::Storage { region: "fr-par".to_owned(), project: None, shape, content: None };
    let call = Call::new(Method::GET, "/{bucket}", &[("bucket", bucket)]).unwrap().storage(storage);
    call.query("list-type", "2")
}
