//! Outages, time limits and rate limits against a network that changes with the time. The clock of the runtime is paused:
//! it moves to the next event whenever every task waits.
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
/// The time of an answer.
const ANSWER: Duration = Duration::from_millis(50);

/// How the network behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Weather {
    Fine,
    Status(u16),
    Refused,
    Cut,
    Silent,
    RetryAfter(u16, u32),
}

/// A network that behaves as a function of the time says.
#[derive(Clone)]
struct Network {
    start: std::time::Instant,
    weather: Arc<dyn Fn(Duration) -> Weather + Send + Sync>,
    sent: Arc<Mutex<Vec<(Duration, Method)>>>,
    allowance: Option<Arc<Mutex<Allowance>>>,
}

/// A server's rate limit: `rate` calls per second, and as many at once.
struct Allowance {
    rate: f64,
    tokens: f64,
    last: Duration,
    rejected: usize,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl Network {
    fn new(weather: impl Fn(Duration) -> Weather + Send + Sync + 'static) -> Self {
        let weather = Arc::new(weather);
        Self { start: SystemClock.now(), weather, sent: Arc::default(), allowance: None }
    }

    fn limited(rate: f64) -> Self {
        let allowance = Allowance { rate, tokens: rate, last: Duration::ZERO, rejected: 0 };
        Self { allowance: Some(Arc::new(Mutex::new(allowance))), ..Self::new(|_| Weather::Fine) }
    }

    fn now(&self) -> Duration {
        SystemClock.now() - self.start
    }

    fn sent(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    fn admits(&self, now: Duration) -> bool {
        let Some(allowance) = &self.allowance else { return true };
        let mut it = allowance.lock().unwrap();
        it.tokens = (it.tokens + (now - it.last).as_secs_f64() * it.rate).min(it.rate);
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
            let weather = (self.weather)(self.now());
            let answer = |status: u16, body: &'static str| {
                let mut response = Response::new(bytes::Bytes::from_static(body.as_bytes()));
                *response.status_mut() = status.try_into().unwrap();
                response
            };
            match weather {
                Weather::Fine if !self.admits(self.now()) => Ok(answer(429, "")),
                Weather::Fine => Ok(answer(200, r#"{"id": "i"}"#)),
                Weather::Status(status) => Ok(answer(status, "")),
                Weather::Refused => {
                    Err(Failure::Unsent { cause: "Connection refused".into(), help: None, lasting: false })
                }
                Weather::Cut => Err(Failure::Lost { cause: "connection reset".into() }),
                Weather::Silent => std::future::pending().await,
                Weather::RetryAfter(status, seconds) => {
                    let mut response = answer(status, "");
                    response.headers_mut().insert("retry-after", seconds.into());
                    Ok(response)
                }
            }
        })
    }
}

/// Keeps the reports.
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

/// Fine weather but for the time between two seconds.
fn outage(from: u64, to: u64, bad: Weather) -> impl Fn(Duration) -> Weather + Send + Sync {
    move |now| if (SECOND * from as u32..SECOND * to as u32).contains(&now) { bad } else { Weather::Fine }
}

#[tokio::test(start_paused = true)]
async fn thirty_reads_in_parallel_outlast_an_outage_and_it_is_reported_once() {
    for (seconds, bad) in [
        (20, Weather::Status(503)),
        (60, Weather::Status(502)),
        (60, Weather::Status(500)),
        (60, Weather::Status(504)),
        (60, Weather::Refused),
        (60, Weather::Cut),
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
        let late = network.now() - SECOND * u32::try_from(seconds).unwrap();
        assert!(late < SECOND * 15, "{bad:?}: the last answer came {late:?} after the outage");
        assert!(network.sent() < 30 + 60, "{bad:?}: {} calls were sent", network.sent());
        let reports = reports.0.lock().unwrap();
        assert_eq!(reports.len(), 1, "{reports:?}");
        assert!(reports[0].starts_with("the Scaleway API at api.example.com has not answered since "), "{reports:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_in_the_middle_of_a_run_wait_for_the_end_of_an_outage() {
    for bad in [Weather::Status(503), Weather::Refused, Weather::Cut, Weather::Silent] {
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
async fn a_create_that_meets_an_outage_is_sent_once_after_it() {
    let network = Network::new(outage(0, 60, Weather::Status(503)));
    let client = client(&network, &Arc::default());
    // Reads notice the outage, and the create begins in the middle of it.
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
async fn creates_alone_in_an_outage_read_to_find_its_end() {
    let network = Network::new(outage(0, 60, Weather::Status(503)));
    let client = client(&network, &Arc::default());
    let mut ambiguous = 0;
    for _ in 0..30 {
        match client.send(call(Method::POST, SECOND * 600)).await {
            Ok(_) => break,
            Err(error) => {
                assert!(error.maybe_done());
                ambiguous += 1;
            }
        }
    }
    assert!(ambiguous <= 5, "{ambiguous} creates have an unknown outcome");
    assert!(network.now() >= SECOND * 60);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_call_whatever_it_waits_for() {
    for weather in [
        Weather::Silent,
        Weather::Status(503),
        Weather::Refused,
        Weather::Cut,
        Weather::RetryAfter(429, 60),
        Weather::RetryAfter(503, 60),
        Weather::Status(429),
    ] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let network = Network::new(move |_| weather);
            let client = client(&network, &Arc::default());
            let error = client.send(call(method, SECOND * 3)).await.unwrap_err();
            assert!(network.now() <= SECOND * 3 + ANSWER, "{weather:?}: {:?}", network.now());
            assert!(matches!(error, Error::Deadline(_)), "{weather:?}: {error:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_in_flight_at_the_deadline_may_be_done() {
    let network = Network::new(|_| Weather::Silent);
    let client = client(&network, &Arc::default());
    let error = client.send(call(Method::POST, SECOND * 5)).await.unwrap_err();
    assert_eq!(network.now(), SECOND * 5);
    assert!(matches!(error, Error::Deadline(_)) && error.maybe_done(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_the_host_end_with_their_own_deadline() {
    let network = Network::new(|_| Weather::Status(503));
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
async fn a_call_that_fails_alone_is_given_up_while_others_are_answered() {
    let network = Network::new(|_| Weather::Fine);
    let broken = Network { weather: Arc::new(|_| Weather::Status(500)), ..network.clone() };
    // One host of which one address is broken.
    #[derive(Debug)]
    struct Both(Network, Network);
    impl Transport for Both {
        fn exchange(&self, request: Request<bytes::Bytes>) -> BoxFuture<'_, Result<Response<bytes::Bytes>, Failure>> {
            let broken = request.uri().path() == "/broken";
            if broken { self.1.exchange(request) } else { self.0.exchange(request) }
        }
    }
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
async fn a_host_that_was_never_reached_is_given_up_after_two_minutes() {
    let network = Network::new(|_| Weather::Refused);
    let client = client(&network, &Arc::default());
    let error = client.send(call(Method::GET, SECOND * 1200)).await.unwrap_err();
    assert!(matches!(error, Error::Connect(_) | Error::Refused(_)), "{error:?}");
    assert!(network.now() < SECOND * 140, "{:?}", network.now());
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_rate_limit_ends_with_the_deadline_alone() {
    let network = Network::new(|_| Weather::Fine);
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
    assert!(matches!(error, Error::Deadline(_)) && !error.maybe_done(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn two_hundred_calls_in_parallel_respect_the_rate_limit_of_the_host() {
    for (rate, calls, most_rejected, most_time) in [(5.0, 200, 0.02, 1.2), (1.0, 60, 0.1, 1.2)] {
        let network = Network::limited(rate);
        let client = client(&network, &Arc::default());
        let mut creates = tokio::task::JoinSet::new();
        for _ in 0..calls {
            let client = client.clone();
            creates.spawn(async move { client.send(call(Method::POST, SECOND * 1200)).await });
        }
        assert!(creates.join_all().await.iter().all(Result::is_ok));
        let rejected = network.allowance.as_ref().unwrap().lock().unwrap().rejected as f64 / network.sent() as f64;
        let times = network.now().as_secs_f64() / ((f64::from(calls) - rate) / rate);
        assert!(rejected < most_rejected, "{rate}/s: {:.1} % of the answers are 429", rejected * 100.0);
        assert!(times < most_time, "{rate}/s: {times:.2} times the shortest time");
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_has_not_begun_fails_at_once_if_the_outage_outlasts_its_limit() {
    let network = Network::new(|_| Weather::Status(503));
    let client = client(&network, &Arc::default());
    client.expects_answers_before(SystemClock.now() + SECOND).unwrap();
    client.send(call(Method::GET, SECOND * 60)).await.unwrap_err();
    let sent = network.sent();
    let error = client.expects_answers_before(SystemClock.now() + SECOND / 10).unwrap_err();
    assert!(matches!(error, Error::Refused(_)) && !error.maybe_done(), "{error:?}");
    assert!(error.to_string().contains("api.example.com does not answer"), "{error}");
    client.expects_answers_before(SystemClock.now() + SECOND * 60).unwrap();
    assert_eq!(network.sent(), sent);
    // Not repeatable calls wait as well.
    let call = call(Method::PATCH, SECOND).repeatable(Repeatable::No);
    assert!(matches!(client.send(call).await.unwrap_err(), Error::Deadline(_)));
}
