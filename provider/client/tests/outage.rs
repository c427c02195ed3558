//! Outages, time limits and rate limits with a network that changes over time. The clock of the runtime is paused: it
//! advances to the next event when all tasks wait.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{
    BoxFuture, Call, Client, Clock, Error, Failure, Kind, Method, Observer, Repeatable, Settings, SystemClock,
    Transport, Url,
};
use http::{Request, Response};

const SECOND: Duration = Duration::from_secs(1);
/// The response time.
const ANSWER: Duration = Duration::from_millis(50);

/// How the network behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Behavior {
    Normal,
    Status(u16),
    Refused,
    Closed,
    Silent,
    RetryAfter(u16, u32),
}

/// A network whose behavior is a function of the time.
#[derive(Clone)]
struct Network {
    start: std::time::Instant,
    behavior: Arc<dyn Fn(Duration) -> Behavior + Send + Sync>,
    sent: Arc<Mutex<Vec<(Duration, Method)>>>,
    allowance: Option<Arc<Mutex<Allowance>>>,
}

/// A server's rate limit: `rate` calls per second, with bursts of the same size.
struct Allowance {
    rate: f64,
    tokens: f64,
    last: Duration,
    rejected: u32,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl Network {
    fn new(behavior: impl Fn(Duration) -> Behavior + Send + Sync + 'static) -> Self {
        let behavior = Arc::new(behavior);
        Self { start: SystemClock.now(), behavior, sent: Arc::default(), allowance: None }
    }

    fn limited(rate: f64) -> Self {
        let allowance = Allowance { rate, tokens: rate, last: Duration::ZERO, rejected: 0 };
        Self { allowance: Some(Arc::new(Mutex::new(allowance))), ..Self::new(|_| Behavior::Normal) }
    }

    fn now(&self) -> Duration {
        SystemClock.now() - self.start
    }

    fn sent(&self) -> u32 {
        self.sent.lock().unwrap().len().try_into().unwrap()
    }

    fn admits(&self, now: Duration) -> bool {
        let Some(allowance) = &self.allowance else { return true };
        let mut it = allowance.lock().unwrap();
        it.tokens = (it.tokens + now.saturating_sub(it.last).as_secs_f64() * it.rate).min(it.rate);
        it.last = now;
        if it.tokens < 1.0 {
            it.rejected += 1;
            return false;
        }
        it.tokens -= 1.0;
        true
    }
}

impl Transport for Network {
    fn exchange(&self, request: Request<bytes::Bytes>) -> BoxFuture<'_, Result<Response<bytes::Bytes>, Failure>> {
        self.sent.lock().unwrap().push((self.now(), request.method().clone()));
        Box::pin(async move {
            SystemClock.sleep(ANSWER).await;
            let behavior = (self.behavior)(self.now());
            let answer = |status: u16, body: &'static str| {
                let mut response = Response::new(bytes::Bytes::from_static(body.as_bytes()));
                *response.status_mut() = status.try_into().unwrap();
                response
            };
            match behavior {
                Behavior::Normal if !self.admits(self.now()) => Ok(answer(429, "")),
                Behavior::Normal => Ok(answer(200, r#"{"id": "i"}"#)),
                Behavior::Status(status) => Ok(answer(status, "")),
                Behavior::Refused => {
                    Err(Failure::Unsent { cause: "Connection refused".into(), help: None, permanent: false })
                }
                Behavior::Closed => Err(Failure::Lost { cause: "connection reset".into() }),
                Behavior::Silent => std::future::pending().await,
                Behavior::RetryAfter(status, seconds) => {
                    let mut response = answer(status, "");
                    response.headers_mut().insert("retry-after", seconds.into());
                    Ok(response)
                }
            }
        })
    }
}

/// A host that fails for one path.
#[derive(Debug)]
struct Both(Network, Network);
impl Transport for Both {
    fn exchange(&self, request: Request<bytes::Bytes>) -> BoxFuture<'_, Result<Response<bytes::Bytes>, Failure>> {
        let broken = request.uri().path() == "/broken";
        if broken { self.1.exchange(request) } else { self.0.exchange(request) }
    }
}

/// Collects the outage reports.
#[derive(Default)]
struct Reports(Mutex<Vec<String>>);

impl Observer for Reports {
    fn outage(&self, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

fn client(network: &Network, reports: &Arc<Reports>) -> Client {
    let settings = Settings::new(Url::parse("https://api.example.com").unwrap())
        .transport(Arc::new(network.clone()))
        .observer(Arc::clone(reports) as Arc<dyn Observer>)
        .seed(1);
    Client::new(settings)
}

fn call(method: Method, limit: Duration) -> Call {
    Call::new(method, "/things", &[]).unwrap().until(SystemClock.now() + limit)
}

/// An outage between two seconds.
fn outage(from: u32, to: u32, bad: Behavior) -> impl Fn(Duration) -> Behavior + Send + Sync {
    move |now| if (SECOND * from..SECOND * to).contains(&now) { bad } else { Behavior::Normal }
}

#[tokio::test(start_paused = true)]
async fn thirty_parallel_reads_wait_for_the_end_of_an_outage_which_is_reported_once() {
    for (seconds, bad) in [
        (20, Behavior::Status(503)),
        (60, Behavior::Status(502)),
        (60, Behavior::Status(500)),
        (60, Behavior::Status(504)),
        (60, Behavior::Refused),
        (60, Behavior::Closed),
    ] {
        let network = Network::new(outage(0, seconds, bad));
        let reports = Arc::default();
        let client = client(&network, &reports);
        let mut reads = tokio::task::JoinSet::new();
        for _ in 0..30 {
            let client = client.clone();
            reads.spawn(async move { client.send(call(Method::GET, SECOND * 1200)).await });
        }
        for result in reads.join_all().await {
            result.unwrap_or_else(|error| panic!("{bad:?}: {error}"));
        }
        let late = network.now().saturating_sub(SECOND * seconds);
        assert!(late < SECOND * 15, "{bad:?}: the last response arrived {late:?} after the outage");
        assert!(network.sent() < 30 + 60, "{bad:?}: {} calls were sent", network.sent());
        let reports = reports.0.lock().unwrap();
        assert_eq!(reports.len(), 1, "{reports:?}");
        assert!(reports[0].starts_with("the Scaleway API at api.example.com has not responded since "), "{reports:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_wait_for_the_end_of_an_outage_that_begins_during_a_run() {
    for bad in [Behavior::Status(503), Behavior::Refused, Behavior::Closed, Behavior::Silent] {
        let network = Network::new(outage(5, 65, bad));
        let reports = Arc::default();
        let client = client(&network, &reports);
        for _ in 0..30 {
            client.send(call(Method::GET, SECOND * 600)).await.unwrap_or_else(|error| panic!("{bad:?}: {error}"));
            SystemClock.sleep(SECOND).await;
        }
        assert_eq!(reports.0.lock().unwrap().len(), 1, "{bad:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_during_an_outage_is_sent_once_after_it() {
    let network = Network::new(outage(0, 60, Behavior::Status(503)));
    let client = client(&network, &Arc::default());
    // Reads detect the outage, and the create begins during it.
    let (reads, created) = tokio::join!(
        async {
            let mut reads = Vec::new();
            for _ in 0..3 {
                reads.push(client.send(call(Method::GET, SECOND * 600)).await.is_ok());
            }
            reads
        },
        async {
            SystemClock.sleep(SECOND * 20).await;
            client.send(call(Method::POST, SECOND * 600)).await
        }
    );
    assert_eq!(reads, [true; 3]);
    assert_eq!(created.unwrap().attempts, 1);
    let posts = network.sent.lock().unwrap().iter().filter(|(_, method)| method == Method::POST).count();
    assert_eq!(posts, 1);
}

#[tokio::test(start_paused = true)]
async fn creates_during_an_outage_probe_with_reads() {
    let network = Network::new(outage(0, 60, Behavior::Status(503)));
    let client = client(&network, &Arc::default());
    let mut ambiguous = 0;
    for _ in 0..30 {
        match client.send(call(Method::POST, SECOND * 600)).await {
            Ok(_) => break,
            Err(error) => {
                assert!(error.is_ambiguous());
                ambiguous += 1;
            }
        }
    }
    assert!(ambiguous <= 5, "{ambiguous} creates have an unknown outcome");
    assert!(network.now() >= SECOND * 60);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_every_wait_of_a_call() {
    for behavior in [
        Behavior::Silent,
        Behavior::Status(503),
        Behavior::Refused,
        Behavior::Closed,
        Behavior::RetryAfter(429, 60),
        Behavior::RetryAfter(503, 60),
        Behavior::Status(429),
    ] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let network = Network::new(move |_| behavior);
            let client = client(&network, &Arc::default());
            let error = client.send(call(method, SECOND * 3)).await.unwrap_err();
            assert!(network.now() <= SECOND * 3 + ANSWER, "{behavior:?}: {:?}", network.now());
            assert!(matches!(error, Error::Deadline(_)), "{behavior:?}: {error:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_in_progress_at_the_deadline_has_an_unknown_outcome() {
    let network = Network::new(|_| Behavior::Silent);
    let client = client(&network, &Arc::default());
    let error = client.send(call(Method::POST, SECOND * 5)).await.unwrap_err();
    assert_eq!(network.now(), SECOND * 5);
    assert!(matches!(error, Error::Deadline(_)) && error.is_ambiguous(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_the_host_end_with_their_own_deadline() {
    let network = Network::new(|_| Behavior::Status(503));
    let client = client(&network, &Arc::default());
    let limits = [5, 17, 40, 90];
    let mut reads = tokio::task::JoinSet::new();
    for limit in limits {
        let (client, network) = (client.clone(), network.clone());
        reads.spawn(async move {
            let error = client.send(call(Method::GET, SECOND * limit)).await.unwrap_err();
            (limit, network.now(), error)
        });
    }
    for (limit, ended, error) in reads.join_all().await {
        assert!(matches!(error, Error::Deadline(_)), "{error:?}");
        assert!(ended <= SECOND * limit + ANSWER && ended > SECOND * limit / 2, "{limit}: {ended:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_while_others_succeed_ends_with_an_error() {
    let network = Network::new(|_| Behavior::Normal);
    let broken = Network { behavior: Arc::new(|_| Behavior::Status(500)), ..network.clone() };
    let settings = Settings::new(Url::parse("https://api.example.com").unwrap()).seed(1);
    let client = Client::new(settings.transport(Arc::new(Both(network.clone(), broken))));
    let broken = Call::new(Method::GET, "/broken", &[]).unwrap().until(SystemClock.now() + SECOND * 1200);
    let (error, ()) = tokio::join!(client.send(broken), async {
        for _ in 0..200 {
            client.send(call(Method::GET, SECOND * 60)).await.unwrap();
            SystemClock.sleep(SECOND).await;
        }
    });
    assert_eq!(error.unwrap_err().kind(), Some(Kind::Broken));
}

#[tokio::test(start_paused = true)]
async fn calls_to_a_host_that_was_never_reached_fail_after_two_minutes() {
    let network = Network::new(|_| Behavior::Refused);
    let client = client(&network, &Arc::default());
    let error = client.send(call(Method::GET, SECOND * 1200)).await.unwrap_err();
    assert!(matches!(error, Error::Connect(_) | Error::Unavailable(_)), "{error:?}");
    assert!(network.now() < SECOND * 140, "{:?}", network.now());
}

#[tokio::test(start_paused = true)]
async fn only_the_deadline_ends_the_wait_for_the_rate_limit() {
    let network = Network::new(|_| Behavior::Normal);
    let settings = Settings::new(Url::parse("https://api.example.com").unwrap()).requests_per_second(0.05).seed(1);
    let settings = settings.timeouts(SECOND * 60, SECOND * 90);
    let client = Client::new(settings.transport(Arc::new(network.clone())));
    // The twentieth call waits for more than six minutes, longer than an attempt and longer than the client's own limit.
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..20 {
        let client = client.clone();
        let call = Call::new(Method::POST, "/things", &[]).unwrap();
        let call = if number % 2 == 0 { call } else { call.until(SystemClock.now() + SECOND * 1200) };
        calls.spawn(async move { client.send(call).await });
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));

    let (first, second) =
        tokio::join!(client.send(call(Method::POST, SECOND * 25)), client.send(call(Method::POST, SECOND * 25)),);
    let results = [first, second];
    let error = results.iter().find_map(|result| result.as_ref().err()).expect("one of the two has no time left");
    assert!(matches!(error, Error::Deadline(_)) && !error.is_ambiguous(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn two_hundred_parallel_calls_respect_the_rate_limit_of_the_host() {
    for (rate, calls, most_rejected, most_time) in [(5.0, 200, 0.02, 1.2), (1.0, 60, 0.1, 1.2)] {
        let network = Network::limited(rate);
        let client = client(&network, &Arc::default());
        let mut creates = tokio::task::JoinSet::new();
        for _ in 0..calls {
            let client = client.clone();
            creates.spawn(async move { client.send(call(Method::POST, SECOND * 1200)).await });
        }
        assert!(creates.join_all().await.iter().all(Result::is_ok));
        let rejected = network.allowance.as_ref().unwrap().lock().unwrap().rejected;
        let rejected = f64::from(rejected) / f64::from(network.sent());
        let times = network.now().as_secs_f64() / ((f64::from(calls) - rate) / rate);
        assert!(rejected < most_rejected, "{rate}/s: {:.1} % of the responses are 429", rejected * 100.0);
        assert!(times < most_time, "{rate}/s: {times:.2} times the shortest time");
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_has_not_begun_fails_immediately_if_the_outage_is_longer_than_its_limit() {
    let network = Network::new(|_| Behavior::Status(503));
    let client = client(&network, &Arc::default());
    client.expects_answers_before(SystemClock.now() + SECOND).unwrap();
    client.send(call(Method::GET, SECOND * 60)).await.unwrap_err();
    let sent = network.sent();
    let error = client.expects_answers_before(SystemClock.now() + SECOND / 10).unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)) && !error.is_ambiguous(), "{error:?}");
    assert!(error.to_string().contains("api.example.com does not respond"), "{error}");
    client.expects_answers_before(SystemClock.now() + SECOND * 60).unwrap();
    assert_eq!(network.sent(), sent);
    // Calls that are not repeatable wait too.
    let call = call(Method::PATCH, SECOND).repeatable(Repeatable::No);
    assert!(matches!(client.send(call).await.unwrap_err(), Error::Deadline(_)));
}
